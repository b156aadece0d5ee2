/**
 * The reports that wait for somebody, the worst first.
 * @module
 */
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { get, post } from "../lib/api.js";
import { useKeys } from "../lib/keys.js";
import { go, queuePath, reportPath } from "../lib/route.js";
import { figure, lang, moment, percent, ruleName, t } from "../lib/words.js";
import { Chip } from "../report/bar.js";
import { EMPTY, keepFilters } from "./filters.js";
import { DropTarget, UploadButton, UploadList, useUploads } from "./upload.js";

const ROWS = 40;
const STATES = { status: ["needs_review", "consistent", "rejected"], review: ["none", "started", "done", "second_wanted", "second_done"], progress: ["queued", "running", "done", "failed", "cancelled"] };

function midnight() {
  return new Date().setHours(0, 0, 0, 0) / 1000;
}

export function QueuePage({ query, session }) {
  const filters = { ...EMPTY, ...Object.fromEntries([...query].filter(([name]) => name in EMPTY)) };
  const [pages, setPages] = useState([""]);
  const [list, setList] = useState(null);
  const [summary, setSummary] = useState(null);
  const [error, setError] = useState(null);
  const [here, setHere] = useState(0);
  const key = JSON.stringify(filters);
  const after = pages.at(-1);
  const asked = useRef(0);

  const load = () => {
    const turn = (asked.current += 1);
    const mine = (then) => (told) => turn === asked.current && then(told);
    get("/v1/reports", { ...filters, after, limit: ROWS }).then(mine((told) => { setList(told); setError(null); }), mine(setError));
    get("/v1/summary", { since: midnight() }).then(mine(setSummary), () => {});
  };
  useEffect(() => {
    keepFilters(filters);
    load();
  }, [key, after]);
  const under = (summary?.jobs.queued ?? 0) + (summary?.jobs.running ?? 0);
  useEffect(() => {
    const timer = setTimeout(load, under ? 2000 : 20000);
    return () => clearTimeout(timer);
  }, [summary]);

  const uploads = useUploads(load);
  const set = (name, value) => {
    setPages([""]);
    setHere(0);
    go(queuePath({ ...filters, [name]: value }));
  };
  const rows = list?.reports ?? [];
  const move = (by) => {
    const place = Math.min(rows.length - 1, Math.max(0, here + by));
    setHere(place);
    document.querySelectorAll(".queue tbody a.name")[place]?.focus();
  };
  useKeys({ j: () => move(1), k: () => move(-1), n: () => move(1), p: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    Enter: () => rows[here] && go(reportPath(rows[here].id)), "/": () => document.getElementById("search")?.focus(), u: () => document.getElementById("files")?.click() });
  return html`<main class="queue">
    ${session.role === "read" ? null : html`<${DropTarget} add=${uploads.add} />`}
    <header class="queue-head"><h1>${t("nav.queue")}</h1><${Day} summary=${summary} />
      <i class="gap"></i>${session.role === "read" ? null : html`<span class="hint">${t("upload.hint")}</span><${UploadButton} add=${uploads.add} />`}</header>
    <${UploadList} sent=${uploads.sent} clear=${uploads.clear} />
    <${Filters} filters=${filters} set=${set} summary=${summary} clear=${() => go("#/queue")} />
    ${error ? html`<p class="alert" role="alert">${error.words}</p>` : null}
    <div class="rows"><${Rows} rows=${rows} loaded=${list !== null} here=${here} filtered=${key !== JSON.stringify(EMPTY)} reload=${load} /></div>
    <footer class="paging"><span>${summary ? t("queue.count", { number: figure(summary.reports) }) : ""}</span>
      <button type="button" disabled=${pages.length < 2} onClick=${() => setPages(pages.slice(0, -1))}>‹ ${t("queue.back")}</button>
      <span>${t("queue.page", { page: pages.length })}</span>
      <button type="button" disabled=${!list?.next} onClick=${() => setPages([...pages, list.next])}>${t("queue.more")} ›</button>
      <span class="hint"><kbd>j</kbd> <kbd>k</kbd> ${t("queue.keys")} <kbd>Enter</kbd> ${t("queue.open")} <kbd>/</kbd> ${t("search")}</span></footer>
  </main>`;
}

/** How far the day has come. */
function Day({ summary }) {
  const done = summary?.reviewed_today ?? 0;
  const left = summary?.left ?? 0;
  const under = (summary?.jobs.queued ?? 0) + (summary?.jobs.running ?? 0);
  return html`<div class="day" role="status"><span>${t("day", { done: figure(done), left: figure(left) })}</span>
    <progress max=${Math.max(1, done + left)} value=${done} aria-label=${t("day.progress")}></progress>
    ${under ? html`<span class="busy">${t("day.reading", { number: figure(under) })}</span>` : null}</div>`;
}

function Filters({ filters, set, summary, clear }) {
  const typing = useRef(0);
  const later = (event) => {
    clearTimeout(typing.current);
    const value = event.target.value;
    typing.current = setTimeout(() => set("text", value.trim()), 250);
  };
  const select = (name, words, values, say) => html`<label><span>${words}</span><select id=${`filter-${name}`} value=${filters[name]} onChange=${(event) => set(name, event.target.value)}>
    <option value="">${t("all")}</option>${values.map((value) => html`<option key=${value} value=${value} selected=${filters[name] === String(value)}>${say(value)}</option>`)}</select></label>`;
  const years = Array.from({ length: new Date().getFullYear() - 2017 }, (_none, index) => new Date().getFullYear() - index);
  const rules = (summary?.findings ?? []).filter((one) => one.severity !== "info").map((one) => one.rule);
  if (filters.finding && !rules.includes(filters.finding)) rules.push(filters.finding);
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    <label class="search"><span>${t("search")}</span><input type="search" id="search" value=${filters.text} placeholder=${t("search.hint")} onInput=${later} /></label>
    ${select("year", t("year"), years, String)}
    ${select("status", t("status"), STATES.status, (one) => t(`status.${one}`))}
    ${select("review", t("review"), STATES.review, (one) => t(`review.${one}`))}
    ${select("progress", t("progress"), STATES.progress, (one) => t(`progress.${one}`))}
    ${select("finding", t("finding"), rules, ruleName)}
    <label><span>${t("sort")}</span><select id="filter-sort" value=${filters.sort} onChange=${(event) => set("sort", event.target.value)}>
      <option value="">${t("sort.worst")}</option><option value="newest" selected=${filters.sort === "newest"}>${t("sort.newest")}</option></select></label>
    <button type="button" class="quiet" onClick=${clear}>${t("filters.clear")}</button>
  </form>`;
}

function Rows({ rows, loaded, here, filtered, reload }) {
  if (loaded && !rows.length) {
    return html`<div class="empty"><h2>${t(filtered ? "queue.none" : "queue.empty")}</h2><p>${t(filtered ? "queue.none.words" : "queue.empty.words")}</p></div>`;
  }
  return html`<table class="list" aria-busy=${!loaded}>
    <thead><tr><th scope="col">${t("status")}</th><th scope="col">${t("agency")}</th><th scope="col" class="number">${t("year")}</th>
      <th scope="col" class="number">${t("errors")}</th><th scope="col" class="number">${t("warnings")}</th><th scope="col" class="number">${t("open")}</th><th scope="col" class="number">${t("proposals")}</th>
      <th scope="col" class="number">${t("confidence")}</th><th scope="col">${t("review")}</th><th scope="col">${t("received")}</th></tr></thead>
    <tbody>${rows.map((row, index) => html`<${QueueRow} key=${row.id} row=${row} here=${index === here} reload=${reload} />`)}</tbody></table>`;
}

/** Why a report was rejected, in the language of the page. */
const reason = (row) => (lang() === "zh" ? row.reason_zh : row.reason);

function QueueRow({ row, here, reload }) {
  const failed = row.progress === "failed" || row.progress === "cancelled";
  const reading = row.progress === "queued" || row.progress === "running";
  const count = (number, kind) => html`<td class=${`number ${number ? kind : "none"}`}>${row.entry ? figure(number) : ""}</td>`;
  const retry = () => post(`/v1/reports/${row.id}/retry`).then(reload, reload);
  return html`<tr class=${here ? "here" : ""}>
    <td>${failed ? html`<${Chip} kind="rejected" words=${t(`progress.${row.progress}`)} /> <button type="button" onClick=${retry}>${t("retry")}</button>`
      : reading ? html`<${Chip} kind="waiting" words=${t(`progress.${row.progress}`)} />` : html`<${Chip} kind=${row.status} words=${t(`status.${row.status}`)} />`}</td>
    <td class="who"><a class="name" href=${reportPath(row.id)}>${row.agency ?? row.name}</a>
      <small>${failed ? row.progress_reason : reason(row) ?? (row.agency ? row.name : "")}</small></td>
    <td class="number">${row.year ?? "—"}</td>
    ${count(row.errors, "bad")}${count(row.warnings, "warn")}${count(row.open, "bold")}${count(row.proposals, "plain")}
    <td class="number">${percent(row.confidence)}</td>
    <td>${row.review === "none" ? html`<span class="none">${t("review.none")}</span>` : html`<${Chip} kind=${`review-${row.review}`} words=${t(`review.${row.review}`)} />`} <small>${row.reviewed_by ?? ""}</small></td>
    <td><small>${moment(row.created_at)}</small></td></tr>`;
}
