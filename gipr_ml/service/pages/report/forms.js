/**
 * The official forms as the service tells them, looked up by what a report needs.
 * @module
 */
import { get } from "../lib/api.js";
import { lang, pick, ruleName } from "../lib/words.js";

let loaded = null;

/** The forms; asked for once. */
export async function loadForms() {
  loaded ??= await get("/v1/forms");
  return loaded;
}

/** The tables of a report in its own forms, in order. */
export function tablesOf(result, forms) {
  const keys = new Set(result.cells.map((cell) => cell.key));
  return ["t2", "t3", "t4"].flatMap((name) => {
    const known = forms.tables.filter((table) => table.table === name);
    const named = known.find((table) => table.form === result.forms[name]);
    const fitting = known.filter((table) => {
      const own = [...keys].filter((key) => key.startsWith(`${name}/`));
      return own.length > 0 && own.every((key) => key in table.cells);
    });
    const table = named ?? fitting.at(-1);
    return table && [...keys].some((key) => key in table.cells) ? [table] : [];
  });
}

/** The cells of some tables by key. */
export function formCells(tables) {
  return new Map(tables.flatMap((table) => Object.entries(table.cells)));
}

/** The rule behind a finding, or undefined. */
export function identityOf(finding, forms) {
  const cells = [...finding.cells].sort().join();
  return forms.identities.find(
    (one) => one.rule === finding.rule && Object.keys(one.coefficients).sort().join() === cells,
  );
}

/** What a finding says, in the language of the page. */
export function findingWords(finding, forms) {
  if (lang() === "zh") return finding.message;
  const code = finding.rule.split(".").at(-1);
  const words = identityOf(finding, forms)?.words.en ?? forms.findings[finding.rule] ?? forms.findings[code];
  return words ?? finding.message;
}

/** The name of a cell in the language of the page. */
export function cellName(key, cells) {
  const cell = cells.get(key);
  return cell ? pick(cell.name) : key;
}

/** What a proposal rests on: rules by their names, else the words of the reading. */
export function basisWords(basis) {
  return basis.map((one) => one.replace(/^([a-z0-9_.]+)\[(\w+)\]$/, (_all, rule) => ruleName(rule)));
}

/** The cells of a table in rows, as arrow keys walk through them. */
export function walk(table, key, direction) {
  const figures = table.boxes.filter((box) => box.key);
  const here = figures.find((box) => box.key === key);
  if (!here) return null;
  const step = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] }[direction];
  const ahead = figures.filter((box) => {
    const down = Math.sign(box.top - here.top);
    const right = Math.sign(box.left - here.left);
    return step[0] ? down === step[0] : down === 0 && right === step[1];
  });
  const far = (box) => Math.abs(box.top - here.top) * 100 + Math.abs(box.left - here.left);
  ahead.sort((a, b) => far(a) - far(b));
  return ahead[0]?.key ?? null;
}
