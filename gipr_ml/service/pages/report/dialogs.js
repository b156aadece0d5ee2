/**
 * Small windows: the label of a line, a remark, the agency and year, and all keys.
 * @module
 */
import { html, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { t } from "../lib/words.js";

/** A window that Escape closes. */
export function Dialog({ title, close, children, wide = false }) {
  const frame = useRef(null);
  // Before anything is painted: the next key belongs to the window, not to the page below.
  useLayoutEffect(() => {
    const before = document.activeElement;
    frame.current.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return html`<dialog ref=${frame} class=${wide ? "wide" : ""} aria-label=${title} onClose=${close}
      onClick=${(event) => event.target === frame.current && close()}>
    <div class="dialog-body"><header><h2>${title}</h2>
      <button type="button" class="quiet" onClick=${close} aria-label=${t("close")}>✕</button></header>${children}</div>
  </dialog>`;
}

/** Choose the label of a line; digits choose too. */
export function LabelDialog({ line, labels, label, close, save }) {
  const press = (event) => {
    const chosen = labels[Number(event.key) - 1];
    if (chosen) {
      event.preventDefault();
      save(chosen);
    }
  };
  return html`<${Dialog} title=${t("lines.relabel")} close=${close}>
    <blockquote>${line.cells.join(" ┆ ")}</blockquote>
    <p class="hint">${t("lines.relabel.words")}</p>
    <ol class="labels" onKeyDown=${press}>${labels.map((one, index) => html`<li key=${one}>
      <button type="button" class=${one === label ? "strong" : ""} autofocus=${index === 0} onClick=${() => save(one)}>
        <kbd>${index + 1}</kbd> <b>${t(`label.${one}`)}</b> <small>${t(`label.${one}.about`)}</small></button></li>`)}</ol>
  </${Dialog}>`;
}

/** A remark with a decision. */
export function NoteDialog({ title, close, save, submit }) {
  const [text, setText] = useState("");
  const send = (event) => {
    event.preventDefault();
    save(text.trim());
  };
  return html`<${Dialog} title=${title} close=${close}><form class="form" onSubmit=${send}>
    <label>${t("note")}<textarea autofocus rows="3" maxlength="2000" value=${text} onInput=${(event) => setText(event.target.value)}
      onKeyDown=${(event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event)}></textarea></label>
    <p class="hint">${t("note.hint")}</p>
    <button class="strong">${submit}</button></form>
  </${Dialog}>`;
}

/** Who reports, and on which year. */
export function HeadingDialog({ result, close, save }) {
  const [agency, setAgency] = useState(result.agency ?? "");
  const [year, setYear] = useState(String(result.year ?? ""));
  const send = (event) => {
    event.preventDefault();
    const change = { kind: "heading" };
    if (agency.trim() && agency.trim() !== result.agency) change.agency = agency.trim();
    if (year && Number(year) !== result.year) change.year = Number(year);
    if (change.agency || change.year) save([change]);
    else close();
  };
  return html`<${Dialog} title=${t("heading.change")} close=${close}><form class="form" onSubmit=${send}>
    <label>${t("agency")}<input autofocus maxlength="200" value=${agency} onInput=${(event) => setAgency(event.target.value)} /></label>
    <label>${t("year")}<input type="number" min="1990" max="2100" value=${year} onInput=${(event) => setYear(event.target.value)} /></label>
    <button class="strong">${t("save")}</button></form>
  </${Dialog}>`;
}

export const KEYS = [
  ["n j", "key.next"], ["p k", "key.before"], ["a 1–9", "key.accept"], ["Enter", "key.type"],
  ["c", "key.confirm"], ["⇧C", "key.confirm_all"], ["b", "key.blank"], ["/", "key.not_applicable"],
  ["i", "key.illegible"], ["s", "key.printed_so"], ["e", "key.fault"], ["d", "key.dismiss"], ["m", "key.note"], ["l", "key.label"],
  ["h", "key.heading"], ["u Ctrl+Z", "key.undo"], ["r", "key.redo"], ["⇧Enter", "key.done"], ["← ↑ ↓ →", "key.cells"],
  ["PgUp PgDn", "key.pages"], ["+ − 0", "key.zoom"], ["t", "key.lines"], ["y", "key.history"], ["q", "key.queue"], ["?", "key.help"],
];

export function HelpDialog({ close }) {
  return html`<${Dialog} title=${t("key.help")} close=${close} wide=${true}>
    <dl class="keys">${KEYS.map(([names, words]) => html`<div key=${names}><dt>${names.split(" ").map((name) => html`<kbd>${name}</kbd> `)}</dt><dd>${t(words)}</dd></div>`)}</dl>
  </${Dialog}>`;
}
