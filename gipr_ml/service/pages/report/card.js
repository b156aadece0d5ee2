/**
 * The problem that is looked at: what is wrong, what could be right, and what can be done.
 * @module
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { post } from "../lib/api.js";
import { figure, pick, signed, t } from "../lib/words.js";
import { parseNumber, typed } from "./actions.js";
import { basisWords, cellName, findingWords, identityOf } from "./forms.js";
import { fails } from "./problems.js";
import { cellText } from "./table.js";

/** A button that names its key. */
export function KeyButton({ name, words, act, disabled = false, strong = false }) {
  return html`<button type="button" class=${strong ? "strong" : ""} disabled=${disabled} onClick=${act}
    aria-keyshortcuts=${name}><kbd>${name.replace("Shift+", "⇧")}</kbd> ${words}</button>`;
}

/** Reported, computed and difference, with the addends that are not 0. */
function Sum({ finding, forms, cells, choose }) {
  const identity = identityOf(finding, forms);
  const addends = identity
    ? Object.entries(identity.coefficients)
        .filter(([key]) => key !== identity.total && cells.get(key)?.value !== 0)
        .map(([key, factor]) => ({ key, minus: factor * identity.coefficients[identity.total] > 0 }))
    : [];
  if (finding.computed === null && finding.reported === null) return null;
  return html`<dl class="sum">
    <div><dt>${t("finding.reported")}</dt><dd>${figure(finding.reported) || "—"}</dd></div>
    <div><dt>${t("finding.computed")}</dt><dd>${figure(finding.computed) || "—"}</dd></div>
    <div class="difference"><dt>${t("finding.difference")}</dt><dd>${finding.difference === null ? "—" : signed(finding.difference)}</dd></div>
  </dl>
  ${addends.length > 0 && addends.length <= 12 ? html`<p class="addends">${addends.map(({ key, minus }, index) => html`
    ${minus ? " − " : index ? " + " : ""}<button type="button" tabindex="-1" onClick=${() => choose(key)}
      aria-label=${`${key} ${cellText(cells.get(key))}`}>${cellText(cells.get(key)) || "?"}</button>`)}
    ${finding.computed === null ? "" : ` = ${figure(finding.computed)}`}</p>` : null}`;
}

export function FindingText({ finding, forms, cells, choose }) {
  return html`<li class=${finding.severity}>
    <p>${findingWords(finding, forms)}</p>
    ${finding.decision ? html`<p class="hint">${t(finding.decision.finding !== finding.fingerprint ? "decision.stale" : `entry.decision.${finding.decision.verdict}`)} · ${finding.decision.who} <q>${finding.decision.why}</q></p>` : null}
    ${finding.outcome === "fail" ? html`<${Sum} finding=${finding} forms=${forms} cells=${cells} choose=${choose} />` : null}
  </li>`;
}

export function Options({ options, names, current, take }) {
  if (!options.length) return null;
  return html`<div class="options"><h3>${t("proposals")}</h3><ol>${options.map((option, index) => {
    const { proposal, cell, value } = option;
    const first = value === proposal.value;
    return html`<li key=${`${cell}${value}`} class=${first ? "first" : ""}><button type="button" class="option" onClick=${() => take(option)}
        aria-keyshortcuts=${index === 0 ? "a 1" : String(index + 1)}>
      <kbd>${index === 0 ? "a" : index + 1}</kbd> <b>${figure(value)}</b>
      <span>${cell === current ? "" : cellName(cell, names)}</span>
      ${first ? html`<em class=${proposal.verdict}>${t(`verdict.${proposal.verdict}`)}</em>` : null}</button>
      ${first ? html`<p class="basis">${t("proposal.basis")}${[...new Set(basisWords(proposal.basis))].join(t("comma"))}</p>` : null}</li>`;
  })}</ol></div>`;
}

/** What would hold with a value, asked of the service while it is being typed. */
function usePreview(report, result, key, text) {
  const [told, setTold] = useState(null);
  useEffect(() => {
    const value = text === null ? null : parseNumber(text);
    setTold(null);
    if (value === null || !key) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      post(`/v1/reports/${report}/preview`, { changes: typed(key, value) }, { signal: stop.signal }).then(setTold, () => {});
    }, 180);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [report, key, text, result]);
  return told;
}

function PreviewWords({ result, told, cell, forms }) {
  if (!told) return html`<p class="preview" aria-live="polite"> </p>`;
  const before = result.findings.filter(fails).length;
  const left = told.findings.filter(fails);
  const near = left.filter((finding) => finding.cells.includes(cell));
  const kind = told.status === "consistent" || left.length < before ? "good" : near.length ? "bad" : "same";
  const words = told.status === "consistent" ? t("preview.consistent")
    : t("preview.left", { before, left: left.length });
  return html`<p class=${`preview ${kind}`} aria-live="polite">${words}
    ${near.slice(0, 2).map((finding) => html`<span>${pick(identityOf(finding, forms)?.words ?? { zh: finding.rule, en: finding.rule })}
      · ${t("finding.difference")} ${signed(finding.difference)}</span>`)}</p>`;
}

/**
 * The value of the cell that is looked at, and the box to type another one into.
 * @param {{report: string, result: object, cell: object, forms: object, names: Map, draft: string | null,
 *   setDraft: (text: string | null) => void, save: (value: number) => void, correction: object | null}} props
 */
export function ValueBox({ report, result, cell, forms, names, draft, setDraft, save, correction }) {
  const box = useRef(null);
  const told = usePreview(report, result, cell?.key, draft);
  const wrong = draft !== null && draft !== "" && parseNumber(draft) === null;
  useLayoutEffect(() => {
    if (draft !== null) box.current?.focus();
    else if (document.activeElement === box.current) box.current.blur();
  }, [draft === null, cell?.key]);
  if (!cell) return null;
  const press = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const value = parseNumber(event.target.value);
      if (value !== null) save(value);
    } else if (event.key === "Escape") {
      setDraft(null);
    } else return;
    event.stopPropagation();
  };
  const was = correction ? (correction.was_state === "read" ? figure(correction.was) : t(`state.${correction.was_state}`)) : null;
  return html`<div class="value-box">
    <h3>${cellName(cell.key, names)}</h3>
    <p class="now"><b>${cell.state === "read" ? cellText(cell) : t(`state.${cell.state}`)}</b>
      ${cell.raw !== null && cell.raw !== cellText(cell) ? html`<span>${t("cell.raw")}<q>${cell.raw}</q></span>` : null}
      ${correction ? html`<span>${t("cell.was", { was, by: correction.by })}</span>`
        : html`<span>${t("cell.confidence")} ${Math.round(cell.confidence * 100)}%</span>`}</p>
    <label>${t("value.type")}
      <input ref=${box} id="value" inputmode="decimal" autocomplete="off" value=${draft ?? ""} placeholder=${t("value.hint")}
        aria-invalid=${wrong} onFocus=${() => draft === null && setDraft("")} onInput=${(event) => setDraft(event.target.value)}
        onBlur=${() => draft === "" && setDraft(null)} onKeyDown=${press} /></label>
    ${wrong ? html`<p class="preview bad" role="alert">${t("value.wrong")}</p>`
      : html`<${PreviewWords} result=${result} told=${told} cell=${cell.key} forms=${forms} />`}
  </div>`;
}
