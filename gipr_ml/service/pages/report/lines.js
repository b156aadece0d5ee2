/**
 * The lines as they were read, in order, each with what it was taken for.
 * @module
 */
import { html, useEffect, useRef } from "../vendor/preact-htm.js";
import { percent, t } from "../lib/words.js";

/** Below this a label is shown as uncertain. */
const UNSURE = 0.8;

/** The label that holds for a line: a person's, else the program's. */
export function labelOf(line, labels) {
  return labels.get(line.number)?.label ?? line.label;
}

/**
 * @param {{result: object, marks: Map, current: string | null, about: Set<string>, line: number | null,
 *   choose: (key: string) => void, chooseLine: (line: number) => void, relabel: (line: number) => void}} props
 */
export function Lines(props) {
  const { result, current, anchor, line } = props;
  const list = useRef(null);
  const labels = new Map(result.review.labels.map((one) => [one.line, one]));
  const places = new Map();
  for (const cell of result.cells) {
    const at = cell.source;
    if (at?.line == null || at.cell == null) continue;
    const name = `${at.line}:${at.cell}`;
    places.set(name, [...(places.get(name) ?? []), cell.key]);
  }
  useEffect(() => {
    const root = list.current;
    const shown = root?.querySelector(`[data-line="${line ?? anchor?.source.line}"]`);
    shown?.scrollIntoView({ block: "center" });
  }, [current, line, result.sha256]);
  return html`<div class="lines" ref=${list} tabindex="0" role="group" aria-label=${t("lines.title")}>
    <table><caption class="hidden">${t("lines.title")}</caption>
      <thead class="hidden"><tr><th scope="col">${t("lines.number")}</th><th scope="col">${t("lines.label")}</th><th scope="col">${t("lines.text")}</th></tr></thead>
      <tbody>${result.lines.map((one) => html`<${LineRow} key=${one.number} one=${one} given=${labels.get(one.number)}
        places=${places} ...${props} />`)}</tbody>
    </table>
  </div>`;
}

function LineRow({ one, given, places, marks, current, anchor, about, line, choose, chooseLine, relabel }) {
  const label = given?.label ?? one.label;
  const unsure = !given && (one.label === "unresolved" || one.confidence < UNSURE);
  const classes = ["line", label, unsure && "unsure", one.number === line && "current",
    anchor && anchor.key !== current && anchor.source.line === one.number && "near"].filter(Boolean);
  const confidence = unsure ? percent(one.confidence) : "";
  return html`<tr class=${classes.join(" ")} data-line=${one.number}>
    <th scope="row">${one.number + 1}</th>
    <td class="label"><button type="button" tabindex="-1" class=${given ? "given" : ""} onClick=${() => relabel(one.number)}
      title=${t("lines.relabel")}>${t(`label.${label}`)}${confidence ? html` <small>${confidence}</small>` : null}</button></td>
    <td class="text" onClick=${() => chooseLine(one.number)}>${one.cells.map((text, index) => {
      const keys = places.get(`${one.number}:${index}`) ?? [];
      if (!keys.length) return text ? html`<span>${text}</span>` : null;
      const key = keys.includes(current) ? current : keys[0];
      const kind = marks.get(key)?.kind ?? "";
      return html`<button type="button" tabindex="-1" class=${`piece ${kind} ${keys.includes(current) ? "current" : ""} ${keys.some((k) => about.has(k)) ? "about" : ""}`}
        onClick=${(event) => { event.stopPropagation(); choose(key); }}>${text || " "}</button>`;
    })}</td>
  </tr>`;
}
