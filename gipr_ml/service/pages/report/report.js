/**
 * One report: its pages on the left, the official tables in the middle, what to look at on the right.
 * @module
 */
import { html, useEffect, useLayoutEffect, useMemo, useState } from "../vendor/preact-htm.js";
import { get } from "../lib/api.js";
import { useKeys } from "../lib/keys.js";
import { go, queuePath, reportPath } from "../lib/route.js";
import { figure, lang, t } from "../lib/words.js";
import * as actions from "./actions.js";
import { Dialog, HeadingDialog, HelpDialog, LabelDialog, NoteDialog } from "./dialogs.js";
import { formCells, tablesOf, walk } from "./forms.js";
import { ReportBar, Unread } from "./bar.js";
import { HistoryDialog } from "./history.js";
import { PageImages, keptZoom, zoomed } from "./image.js";
import { Lines } from "./lines.js";
import { Panel } from "./panel.js";
import { anchorOf, cellsOf, confirmable, following, marksOf, problemsOf } from "./problems.js";
import { pendingCells, toRedo, toUndo, useReport } from "./state.js";
import { OfficialTable } from "./table.js";
import { nextReport, queueFilters } from "../queue/filters.js";

/** Where somebody was in a report, so that coming back goes on there. */
const placeOf = (id) => `gipr.place.${id}`;

export function ReportPage({ id, at, session }) {
  const [chosen, choose] = useState(() => localStorage.getItem(placeOf(id)));
  const [cell, setCell] = useState(null);
  const [page, setPage] = useState(1);
  /** "page" or "lines" as somebody has chosen; null shows what the problem is about. */
  const [view, setView] = useState(null);
  const [zoom, setZoom] = useState(keptZoom);
  const [draft, setDraft] = useState(null);
  const [dialog, setDialog] = useState(null);
  const [told, tell] = useState("");

  const moved = (before, after) => {
    const old = problemsOf(before);
    choose((now) => following(old, problemsOf(after), now ?? old[0]?.id ?? null));
  };
  const { row, result, pages, forms, error, saver, reload } = useReport(id, at, moved);
  const facts = useMemo(() => result && forms && factsOf(result, forms), [result, forms]);

  const problems = facts?.problems ?? [];
  const problem = problems.find((one) => one.id === chosen) ?? problems[0] ?? null;
  const current = cell ?? problem?.focus ?? null;
  const known = facts?.cells.get(current) ?? null;
  const anchor = current && result ? anchorOf(result, current) : null;
  const about = useMemo(() => new Set(problem && problem.cells.length <= 40 ? problem.cells : []), [problem]);
  const line = problem?.line ?? null;
  const may = at === null && session.role !== "read" && saver !== null;

  // Before anything is painted: the first keys may come as soon as the problem can be seen.
  useLayoutEffect(() => {
    setCell(null);
    setDraft(null);
    setView((now) => (now === "page" ? null : now));
  }, [problem?.id]);
  useEffect(() => {
    if (problem) localStorage.setItem(placeOf(id), problem.id);
  }, [problem?.id]);
  useEffect(() => {
    const aboutLine = result?.lines.find((one) => one.number === line)?.page;
    const at = anchor?.source.page ?? (current ? null : aboutLine ?? result?.cells.find((one) => one.source?.page)?.source.page);
    if (at) setPage(at);
    const button = current && document.getElementById(`cell-${current}`);
    button?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (button && document.activeElement?.classList.contains("cell")) button.focus({ preventScroll: true });
  }, [current, line, facts === null]);

  if (error) return html`<main class="centre"><h1>${t("report.missing")}</h1><p>${error.words}</p><a href="#/queue">${t("nav.queue")}</a></main>`;
  if (row && !result) return html`<${Unread} row=${row} />`;
  if (!facts) return html`<main class="centre" aria-busy="true"><p>${t("loading")}</p></main>`;

  const options = actions.optionsOf(result, problem, current);
  const save = (changes) => {
    setDialog(null);
    setDraft(null);
    if (may && changes) saver.add(changes);
    else if (may) tell(t("not_here"));
  };
  const step = (by) => {
    if (!problems.length) return;
    const place = problems.indexOf(problem);
    choose(problems[(place + by + problems.length) % problems.length].id);
    setCell(null);
  };
  const walkTo = (direction) => {
    const table = facts.tables.find((one) => current in one.cells) ?? facts.tables[0];
    const first = table?.boxes.find((box) => box.key)?.key;
    setCell(current ? walk(table, current, direction) ?? current : first ?? null);
  };
  const takeBack = async (which) => {
    if (!may || saver.steps.length) return;
    const { entries } = await get(`/v1/reports/${id}/history`);
    const entry = which(entries, session.name);
    if (!entry) return tell(t("undo.nothing"));
    if (entry.body.cell) setCell(entry.body.cell);
    return save([{ kind: "undo", entry: entry.number }]);
  };
  const finish = async (leaveOpen = false) => {
    if (!may) return;
    const left = result.review.open.length;
    if (left && !leaveOpen) return setDialog("finish");
    if (!["done", "second_done"].includes(result.review.state)) {
      save([{ kind: "review", review: "done", leave_open: left > 0 }]);
      await saver.settled();
      if (saver.state !== "idle") return tell(t("save.first"));
    }
    const next = await nextReport(id);
    return go(next ? reportPath(next.id) : queuePath(queueFilters()));
  };
  const relabel = (number) => may && setDialog({ line: number });
  const does = {
    next: () => step(1),
    before: () => step(-1),
    accept: (index) => save(actions.accept(options[index])),
    type: () => (current ? may && startTyping() : line !== null ? relabel(line) : problem?.kind === "heading" && setDialog("heading")),
    confirm: () => save(actions.confirmed(result, current ? [current] : [])),
    confirmAll: () => save(actions.confirmed(result, confirmable(result, problem))),
    empty: (state) => save(actions.empty(current, state)),
    printedSo: () => save(actions.decided(result, problem, "dismissed", t("printed_so"))),
    fault: () => save(actions.decided(result, problem, "confirmed")),
    dismiss: () => save(actions.decided(result, problem, "dismissed")),
    note: () => setDialog("note"),
    label: () => relabel(line ?? known?.source?.line ?? null),
    heading: () => setDialog("heading"),
    undo: () => takeBack(toUndo),
    redo: () => takeBack(toRedo),
    finish: () => finish(),
    help: () => setDialog("help"),
    history: () => setDialog("history"),
    value: (value) => save(actions.typed(current, value)),
    second: () => save([{ kind: "review", review: "second_wanted" }]),
    reopen: () => save([{ kind: "review", review: "reopened" }]),
  };
  const turn = (by) => {
    const place = pages.findIndex((one) => one.number === page);
    const number = pages[place + by]?.number;
    if (number) setPage(number);
  };
  const shown = { result, pages, forms, cells: facts.cells, marks: facts.marks, names: facts.names, current, anchor, about, line };
  const left = !pages.length || (view ?? (line !== null && cell === null ? "lines" : "page")) === "lines";
  return html`<main class="report" data-entry=${result.review.entry}>
    <${Keys} does=${does} turn=${turn} walkTo=${walkTo} zoom=${(by) => setZoom(by ? zoomed(zoom, by) : 1)}
      lines=${() => setView(left ? "page" : "lines")} leave=${() => go(queuePath(queueFilters()))} />
    <${ReportBar} row=${row} result=${result} at=${at} saver=${saver} does=${does} may=${may} session=${session} reload=${reload} />
    <section class="source" aria-label=${t("source")}>
      ${pages.length ? html`<div class="tabs" role="tablist">
        <button type="button" role="tab" aria-selected=${!left} onClick=${() => setView("page")}>${t("page.tab")}</button>
        <button type="button" role="tab" aria-selected=${left} onClick=${() => setView("lines")}>${t("lines.title")}</button></div>` : html`<h2 class="tabs">${t("lines.title")}</h2>`}
      ${left ? html`<${Lines} ...${shown} choose=${setCell} chooseLine=${(number) => problems.some((one) => one.line === number) && choose(`line:${number}`)} relabel=${relabel} />`
        : html`<${PageImages} ...${shown} cells=${result.cells} number=${page} turn=${(number) => number && setPage(number)} zoom=${zoom} setZoom=${setZoom} choose=${setCell} />`}
    </section>
    <section class="tables" aria-label=${t("tables")} tabindex="0">
      ${result.status === "rejected" ? html`<p class="empty"><b>${t("status.rejected")}</b><br />${lang() === "zh" ? html`${row.reason_zh}<br /><small>${result.reason}</small>` : result.reason}</p>` : null}
      ${facts.tables.map((table) => html`<${OfficialTable} key=${table.table} table=${table} ...${shown} pending=${pendingCells(saver)} choose=${setCell} />`)}
    </section>
    <${Panel} report=${id} ...${shown} problem=${problem} problems=${problems} options=${options} known=${known} does=${does}
      may=${may} draft=${draft} setDraft=${setDraft} choose=${choose} setCell=${setCell} told=${told} />
    <p class="hidden" role="status" aria-live="polite">${told}</p>
    ${dialog === "help" ? html`<${HelpDialog} close=${() => setDialog(null)} />` : null}
    ${dialog === "history" ? html`<${HistoryDialog} report=${id} names=${facts.names} forms=${forms} close=${() => setDialog(null)} />` : null}
    ${dialog === "heading" ? html`<${HeadingDialog} result=${result} close=${() => setDialog(null)} save=${save} />` : null}
    ${dialog === "note" ? html`<${NoteDialog} title=${t("key.note")} submit=${t("save")} close=${() => setDialog(null)}
      save=${(note) => save(note ? actions.decided(result, problem, "noted", note) : null)} />` : null}
    ${dialog === "finish" ? html`<${FinishDialog} left=${result.review.open.length} close=${() => setDialog(null)} go=${() => { setDialog(null); finish(true); }} />` : null}
    ${dialog?.line != null ? html`<${LabelDialog} line=${result.lines.find((one) => one.number === dialog.line)} labels=${forms.labels}
      label=${result.review.labels.find((one) => one.line === dialog.line)?.label} close=${() => setDialog(null)}
      save=${(label) => save(actions.labelled(dialog.line, label))} />` : null}
  </main>`;
}

/** The next key goes into the box, however busy the browser is. */
function startTyping() {
  document.getElementById("value")?.focus();
}

/** What is made of a result once, however often it is drawn. */
function factsOf(result, forms) {
  const tables = tablesOf(result, forms);
  return { tables, names: formCells(tables), cells: cellsOf(result), marks: marksOf(result), problems: problemsOf(result) };
}

/** The keys of the page; see `KEYS` for how they are explained. */
function Keys({ does, turn, walkTo, zoom, lines, leave }) {
  const digits = Object.fromEntries([..."123456789"].map((digit) => [digit, () => does.accept(Number(digit) - 1)]));
  useKeys({
    ...digits,
    n: does.next, j: does.next, p: does.before, k: does.before,
    a: () => does.accept(0), Enter: does.type, c: does.confirm, C: does.confirmAll,
    b: () => does.empty("blank"), "/": () => does.empty("not_applicable"), i: () => does.empty("illegible"),
    s: does.printedSo, e: does.fault, d: does.dismiss, m: does.note, l: does.label, h: does.heading,
    u: does.undo, "Ctrl+z": does.undo, r: does.redo, "Ctrl+y": does.redo,
    "Shift+Enter": does.finish, "?": does.help, y: does.history, t: lines, q: leave,
    ArrowLeft: () => walkTo("left"), ArrowRight: () => walkTo("right"),
    ArrowUp: () => walkTo("up"), ArrowDown: () => walkTo("down"),
    PageUp: () => turn(-1), PageDown: () => turn(1),
    "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1), 0: () => zoom(0),
  });
  return null;
}

function FinishDialog({ left, close, go: leave }) {
  return html`<${Dialog} close=${close} title=${t("finish.open", { left: figure(left) })}>
    <p>${t("finish.words")}</p>
    <p class="buttons"><button type="button" class="strong" autofocus onClick=${close}>${t("finish.back")}</button>
    <button type="button" onClick=${leave}>${t("finish.anyway")}</button></p></${Dialog}>`;
}
