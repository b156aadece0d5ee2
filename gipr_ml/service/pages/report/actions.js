/**
 * The changes that the keys and buttons of a problem make. Each gives a list of changes to save, or
 * null where it does not apply.
 * @module
 */

/** Values to choose from for the cell that is looked at and the others of the problem. */
export function optionsOf(result, problem, current) {
  const keys = [...new Set([current, problem?.focus, ...(problem?.cells ?? [])])].filter(Boolean);
  const proposals = new Map(result.proposals.map((proposal) => [proposal.cell, proposal]));
  return keys
    .flatMap((key) => {
      const proposal = proposals.get(key);
      if (!proposal) return [];
      return [proposal.value, ...proposal.alternatives].map((value) => ({ cell: key, value, proposal }));
    })
    .slice(0, 9);
}

export function accept(option) {
  return option ? [{ kind: "value", cell: option.cell, value: option.value, proposed: true }] : null;
}

/** A printed number. */
export function typed(cell, value) {
  return [{ kind: "value", cell, value }];
}

/** blank, not_applicable or illegible. */
export function empty(cell, state) {
  return cell ? [{ kind: "value", cell, value: null, state }] : null;
}

/** What was read is what the page shows. */
export function confirmed(result, keys) {
  const sure = new Set(result.review.corrections.map((one) => one.cell));
  const cells = result.cells.filter((cell) => keys.includes(cell.key) && !sure.has(cell.key));
  const known = cells.filter((cell) => !["lost", "illegible"].includes(cell.state));
  const changes = known.map((cell) => ({ kind: "value", cell: cell.key, value: cell.value, state: cell.state }));
  return changes.length && changes.length <= 200 ? changes : null;
}

/** The same decision on every finding of a problem. @param {"confirmed" | "dismissed" | "noted"} verdict */
export function decided(result, problem, verdict, note = "") {
  const prints = (problem?.findings ?? []).map((index) => result.findings[index].fingerprint);
  return prints.length ? prints.map((finding) => ({ kind: "decision", finding, verdict, note })) : null;
}

/** The right label of a line; its cells take what the program makes of such a line. */
export function labelled(line, label) {
  return [{ kind: "label", line, label }];
}

/** The number in a text as people type it: full-width digits, separators and signs too. */
export function parseNumber(text) {
  const plain = text.normalize("NFKC").replace(/[,\s，]/g, "").replace("−", "-");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}
