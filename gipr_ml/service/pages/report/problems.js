/**
 * What a person has to look at in a report, made from its result: one problem a cell, a finding or a
 * line, in the order in which they are best worked off.
 * @module
 */

/**
 * @typedef {object} Problem
 * @property {string} id        stays the same while other problems are solved
 * @property {"cell" | "finding" | "line" | "heading"} kind
 * @property {string} severity  error, warning or info
 * @property {number[]} findings  indexes into the findings of the result
 * @property {string | null} focus  the cell to look at first
 * @property {string[]} cells   all cells that it is about
 * @property {number | null} line  number of the line that could not be told
 */

/** Findings that only name cells: each cell is looked at by itself. */
const CELLWISE = ["completeness.lost_cells", "completeness.illegible_cells", "reading.low_confidence"];
/** More cells than these are looked at together. */
const MOST = 60;

/** What a result says of each cell, ready for looking up. */
export function cellsOf(result) {
  return new Map(result.cells.map((cell) => [cell.key, cell]));
}

/**
 * The cell whose place shows where another one stands: itself, or for one that was not found its
 * nearest neighbour in the same row.
 */
export function anchorOf(result, key) {
  const keys = result.cells.map((cell) => cell.key);
  const here = keys.indexOf(key);
  const row = key?.replace(/[^/]*$/, "");
  const placed = result.cells.filter((cell) => cell.source && (cell.key === key || cell.key.startsWith(row)));
  const far = (cell) => Math.abs(keys.indexOf(cell.key) - here);
  return placed.sort((a, b) => far(a) - far(b))[0] ?? null;
}

/** Whether a finding says that figures contradict each other. */
export function fails(finding) {
  return finding.outcome === "fail" && finding.severity === "error";
}

/** @returns {Problem[]} */
export function problemsOf(result) {
  const cells = cellsOf(result);
  const proposals = new Map(result.proposals.map((proposal) => [proposal.cell, proposal]));
  const open = result.review.open.map((index) => ({ index, finding: result.findings[index] }));
  const found = new Map();
  const add = (id, given, index) => {
    const problem = found.get(id) ?? { id, findings: [], focus: null, cells: [], line: null, ...given };
    if (index !== null && !problem.findings.includes(index)) problem.findings.push(index);
    if (given.severity === "error") problem.severity = "error";
    problem.cells = [...new Set([...problem.cells, ...given.cells])];
    found.set(id, problem);
  };
  const single = (key, index, finding) =>
    add(`cell:${key}`, { kind: "cell", severity: finding.severity, focus: key, cells: [key] }, index);

  for (const { index, finding } of sortedBySeverity(open)) {
    const missing = finding.cells.filter((key) => ["lost", "illegible"].includes(cells.get(key)?.state));
    if (fails(finding)) {
      const focus = suspect(finding, open, proposals);
      const given = { kind: "cell", severity: "error", focus, cells: finding.cells };
      add(`cell:${focus}`, given, index);
    } else if (CELLWISE.includes(finding.rule) && finding.cells.length <= MOST) {
      for (const key of finding.cells) single(key, index, finding);
    } else if (missing.length && missing.length <= MOST) {
      for (const key of missing) single(key, index, finding);
    } else {
      const focus = finding.cells.find((key) => proposals.has(key)) ?? finding.cells[0] ?? null;
      const id = `finding:${result.findings[index].fingerprint}`;
      add(id, { kind: "finding", severity: finding.severity, focus, cells: finding.cells }, index);
    }
  }
  for (const proposal of result.proposals) {
    const given = { kind: "cell", severity: "warning", focus: proposal.cell, cells: [proposal.cell] };
    if (!covered(found, proposal.cell) && !explained(result, proposal)) add(`cell:${proposal.cell}`, given, null);
  }
  return [...found.values(), ...headingProblem(result), ...lineProblems(result)];
}

/** Whether a problem is about the cell already. */
function covered(found, key) {
  return [...found.values()].some((problem) => problem.cells.includes(key));
}

/** Whether everything that the proposal would mend was decided on. */
function explained(result, proposal) {
  const about = result.findings.flatMap((finding, index) =>
    finding.severity !== "info" && finding.cells.includes(proposal.cell) ? [index] : [],
  );
  return about.length > 0 && about.every((index) => !result.review.open.includes(index));
}

function sortedBySeverity(open) {
  const rank = { error: 0, warning: 1, info: 2 };
  return [...open].sort((a, b) => rank[a.finding.severity] - rank[b.finding.severity] || a.index - b.index);
}

/** The cell of a failing rule to look at first: one with a proposal, else one that several blame. */
function suspect(finding, open, proposals) {
  const failing = open.map((one) => one.finding).filter(fails);
  const blamed = (key) => failing.filter((one) => one.cells.includes(key)).length;
  const weight = (key) => {
    const proposal = proposals.get(key);
    return (proposal?.verdict === "unique" ? 200 : proposal ? 100 : 0) + blamed(key);
  };
  const best = Math.max(...finding.cells.map(weight));
  const likely = finding.cells.filter((key) => weight(key) === best);
  return likely[likely.length - 1];
}

/** The cells that somebody may confirm all at once: those that reading was not sure of. */
export function confirmable(result, problem) {
  const findings = (problem?.findings ?? []).map((index) => result.findings[index]);
  const unsure = findings.filter((one) => one.rule === "reading.low_confidence" || isDoubt(result, one));
  return [...new Set(unsure.flatMap((one) => one.cells))];
}

function headingProblem(result) {
  if (result.status === "rejected" || (result.agency && result.year)) return [];
  return [{ id: "heading", kind: "heading", severity: "info", findings: [], focus: null, cells: [], line: null }];
}

function lineProblems(result) {
  if (result.status === "rejected") return [];
  const labelled = new Set(result.review.labels.map((label) => label.line));
  return result.lines
    .filter((line) => line.label === "unresolved" && !labelled.has(line.number))
    .map((line) => ({
      id: `line:${line.number}`, kind: "line", severity: "info", findings: [], focus: null, cells: [],
      line: line.number,
    }));
}

/**
 * What is the matter with each cell, for colours and symbols: fails, lost, illegible, doubtful,
 * not_applicable or blank; and whether there is a proposal and a correction.
 */
export function marksOf(result) {
  const failing = new Set();
  const doubtful = new Set();
  for (const [index, finding] of result.findings.entries()) {
    if (!result.review.open.includes(index)) continue;
    const into = fails(finding) ? failing : doubtful;
    const named = finding.outcome === "fail" || finding.rule === "reading.low_confidence" || isDoubt(result, finding);
    if (named) finding.cells.forEach((key) => into.add(key));
  }
  const proposed = new Set(result.proposals.map((proposal) => proposal.cell));
  const corrected = new Map(result.review.corrections.map((one) => [one.cell, one]));
  const marks = new Map();
  for (const cell of result.cells) {
    const key = cell.key;
    const state = cell.state === "read" ? "" : cell.state;
    const grave = state === "lost" || state === "illegible";
    const kind = failing.has(key) ? "fails" : grave ? state : doubtful.has(key) ? "doubtful" : state;
    marks.set(key, { kind, proposed: proposed.has(key), correction: corrected.get(key) ?? null });
  }
  return marks;
}

function isDoubt(result, finding) {
  return result.doubts.some((doubt) => doubt.code === finding.rule && doubt.message === finding.message);
}

/** The problem to show after `id` was worked on: itself where it is still there, else the next one. */
export function following(before, after, id) {
  if (after.some((problem) => problem.id === id)) return id;
  const place = before.findIndex((problem) => problem.id === id);
  const left = new Set(after.map((problem) => problem.id));
  const later = before.slice(place + 1).find((problem) => left.has(problem.id));
  return (later ?? after[0])?.id ?? null;
}
