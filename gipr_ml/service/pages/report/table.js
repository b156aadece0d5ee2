/**
 * The official tables as they are printed, with the figures as they stand.
 * @module
 */
import { html } from "../vendor/preact-htm.js";
import { figure, pick, t } from "../lib/words.js";

const SYMBOLS = {
  fails: "✗", lost: "∅", illegible: "※", doubtful: "?", not_applicable: "/", blank: "·",
};

/** What a cell shows. @param {object} cell of the result */
export function cellText(cell) {
  if (!cell) return "";
  if (cell.state === "read") return figure(cell.value);
  return "";
}

/** What the mark of a cell says. */
export function markWords(mark) {
  const words = [];
  if (mark?.kind) words.push(t(`mark.${mark.kind}`));
  if (mark?.proposed) words.push(t("mark.proposed"));
  if (mark?.correction) words.push(t("mark.corrected", { by: mark.correction.by }));
  return words.join(t("comma"));
}

/**
 * @param {{table: object, cells: Map, marks: Map, pending: Map, current: string | null,
 *   about: Set<string>, choose: (key: string) => void}} props
 */
export function OfficialTable({ table, ...rest }) {
  const rows = Array.from({ length: table.height }, () => []);
  for (const box of table.boxes) rows[box.top].push(box);
  return html`<table class="official ${table.table}">
    <caption>${pick(table.title)}</caption>
    <tbody>${rows.map((boxes, top) => html`<tr key=${top}>${boxes.map((box) =>
      box.key ? html`<${Figure} box=${box} table=${table} ...${rest} />` : html`<${Label} box=${box} />`)}</tr>`)}
    </tbody>
  </table>`;
}

function Label({ box }) {
  const span = { colspan: box.width, rowspan: box.height };
  if (!box.text.zh) return html`<td class="head" ...${span}></td>`;
  const scope = box.label ? "row" : box.height > 2 ? "rowgroup" : box.width > 1 ? "colgroup" : "col";
  return html`<th class=${box.label ? "label" : "head"} scope=${scope} ...${span} title=${box.text.zh}
    ><span>${box.label ? pick(box.text) : hyphened(pick(box.text))}</span></th>`;
}

/** A text with places where long English words may break: official columns are narrow. */
function hyphened(text) {
  return text.replace(/([A-Za-z]{5})(?=[a-z]{4})/g, "$1\u00ad");
}

function Figure({ box, table, cells, marks, pending, current, about, choose }) {
  const key = box.key;
  const mark = marks.get(key);
  const waiting = pending.get(key);
  const text = waiting ? waiting.value === null ? "" : figure(waiting.value) : cellText(cells.get(key));
  const kind = waiting ? (waiting.state === "read" ? "" : waiting.state) : mark?.kind ?? "";
  const symbol = SYMBOLS[kind];
  const classes = ["cell", kind, key === current && "current", about.has(key) && "about",
    mark?.correction && "corrected", mark?.proposed && "proposed", waiting && "waiting"].filter(Boolean);
  const name = `${pick(table.cells[key].name)} ${text || t("nothing")} ${markWords(mark)}`;
  return html`<td class="figure" colspan=${box.width} rowspan=${box.height}>
    <button type="button" id=${`cell-${key}`} class=${classes.join(" ")} tabindex=${key === current ? 0 : -1}
      aria-label=${name} aria-current=${key === current ? "true" : undefined} onClick=${() => choose(key)}
    >${symbol ? html`<i aria-hidden="true">${symbol}</i>` : null}${text}${mark?.proposed && !waiting ? html`<b aria-hidden="true">→</b>` : null}</button>
  </td>`;
}
