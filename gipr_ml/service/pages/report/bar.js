/**
 * The head of a report: whose it is, how it stands, what was saved, and what can be done with it.
 * @module
 */
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { call, get, post } from "../lib/api.js";
import { go, queuePath, reportPath } from "../lib/route.js";
import { clock, figure, moment, t } from "../lib/words.js";
import { queueFilters } from "../queue/filters.js";

const KINDS = ["xlsx", "json", "csv", "parquet", "html"];

export function Chip({ kind, words }) {
  return html`<span class=${`chip ${kind}`}>${words}</span>`;
}

export function ReportBar({ row, result, at, saver, does, may, session, reload }) {
  const review = result.review.state;
  const by = result.review.reviewers.map((one) => one.by).join(t("comma"));
  const old = at !== null ? result.review.entry : null;
  return html`<header class="report-bar">
    <a href=${queuePath(queueFilters())} class="back" aria-label=${t("nav.queue")}>‹</a>
    <h1 title=${row.name}>${result.agency ?? (result.status === "rejected" ? row.name : t("agency.unknown"))} <b>${result.year ?? (result.status === "rejected" ? "" : t("year.unknown"))}</b>
      <button type="button" class="quiet" onClick=${does.heading} disabled=${!may} aria-label=${t("heading.change")}>✎</button></h1>
    <${Chip} kind=${result.status} words=${t(`status.${result.status}`)} />
    <${Chip} kind=${`review-${review}`} words=${t(`review.${review}`) + (by ? ` · ${by}` : "")} />
    <i class="gap"></i>
    ${old !== null ? html`<span class="old">${t("old", { entry: old })} <a href=${reportPath(row.id)}>${t("old.back")}</a></span>`
      : html`<${SaveState} saver=${saver} reload=${reload} row=${row} />`}
    ${may && review === "done" ? html`<button type="button" onClick=${does.second}>${t("second")}</button>` : null}
    ${may && ["done", "second_done"].includes(review) ? html`<button type="button" onClick=${does.reopen}>${t("reopen")}</button>` : null}
    <${Menu} row=${row} does=${does} session=${session} at=${at} />
    <button type="button" class="strong" onClick=${does.finish} disabled=${!may} aria-keyshortcuts="Shift+Enter"><kbd>⇧Enter</kbd> ${t("finish")}</button>
  </header>`;
}

function SaveState({ saver, reload, row }) {
  const state = saver?.state ?? "idle";
  const words = {
    idle: saver?.at ? t("saved", { at: clock(saver.at) }) : row.review === "none" ? t("saved.nothing") : t("saved", { at: moment(row.updated_at) }),
    saving: t("saving"),
    offline: t("offline", { number: saver?.steps.length ?? 0 }),
    refused: saver?.error?.code === "out_of_date" ? t("out_of_date", { what: changesWords(saver.refused) })
      : t("refused", { why: saver?.error?.words ?? "", what: changesWords(saver?.refused ?? []) }),
  }[state];
  const again = () => (state === "offline" ? saver.retry() : reload().then(() => saver.add(saver.refused)));
  return html`<span class=${`save ${state}`} role="status" aria-live="polite"><i aria-hidden="true"></i>${words}
    ${state === "offline" || state === "refused" ? html`<button type="button" onClick=${again}>${t("again")}</button>` : null}</span>`;
}

/** What was typed, so that nothing is lost when it could not be saved. */
function changesWords(changes) {
  return changes.map((change) => (change.kind === "value" ? `${change.cell} = ${change.value === null ? t(`state.${change.state}`) : figure(change.value)}` : t(`entry.${change.kind}`))).join(t("comma"));
}

function Menu({ row, does, session, at }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return undefined;
    const close = (event) => {
      const inside = event.target instanceof Element && event.target.closest(".menu");
      if (event.key === "Escape" || (event.type === "click" && !inside)) setOpen(false);
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", close);
    };
  }, [open]);
  const remove = async () => {
    if (!confirm(t("delete.sure", { name: row.name }))) return;
    await call("DELETE", `/v1/reports/${row.id}`);
    go("#/queue");
  };
  const query = at === null ? "" : `?at=${at}`;
  return html`<div class="menu"><button type="button" aria-expanded=${open} aria-haspopup="true" onClick=${() => setOpen(!open)}>${t("more")} ▾</button>
    ${open ? html`<ul onClick=${() => setOpen(false)}>
      <li><button type="button" onClick=${does.history}><kbd>y</kbd> ${t("key.history")}</button></li>
      <li><button type="button" onClick=${does.help}><kbd>?</kbd> ${t("key.help")}</button></li>
      <li class="line">${t("export")}</li>
      ${KINDS.map((kind) => html`<li key=${kind}><a href=${`/v1/reports/${row.id}/export/${kind}${query}`} download>${kind.toUpperCase()} <small>${t(`export.${kind}`)}</small></a></li>`)}
      ${session.role === "administer" ? html`<li class="line"><button type="button" class="danger" onClick=${remove}>${t("delete")}</button></li>` : null}
    </ul>` : null}</div>`;
}

/** A report that is not read yet, or could not be read. */
export function Unread({ row }) {
  const [seen, see] = useState(row);
  useEffect(() => {
    const stop = new AbortController();
    get(`/v1/reports/${row.id}`, { wait: 50 }, { signal: stop.signal }).then((now) => (now.entry ? location.reload() : see(now)), () => {});
    return () => stop.abort();
  }, [seen]);
  const retry = () => post(`/v1/reports/${row.id}/retry`).then(see, () => {});
  return html`<main class="centre"><h1>${row.name}</h1><p>${t(`progress.${seen.progress}`)} ${seen.progress_reason ?? ""}</p>
    ${seen.progress === "failed" || seen.progress === "cancelled" ? html`<button type="button" onClick=${retry}>${t("retry")}</button>` : html`<progress max="1" value=${seen.progress_share}></progress>`}
    <a href="#/queue">${t("nav.queue")}</a></main>`;
}
