/**
 * The right side: the problem that is looked at, what can be done, and all the others.
 * @module
 */
import { html, useEffect, useRef } from "../vendor/preact-htm.js";
import { t } from "../lib/words.js";
import { FindingText, KeyButton, Options, ValueBox } from "./card.js";
import { cellName, findingWords, identityOf } from "./forms.js";
import { confirmable, fails } from "./problems.js";

export function Panel(props) {
  const { problem, problems, does } = props;
  const place = problems.indexOf(problem);
  return html`<aside class="panel" aria-label=${t("problems")}>
    <header><h2>${problems.length ? t("problem.of", { place: place + 1, of: problems.length }) : t("problem.none")}</h2>
      <button type="button" onClick=${does.before} disabled=${problems.length < 2} aria-keyshortcuts="p k" aria-label=${t("key.before")}><kbd>p</kbd> ‹</button>
      <button type="button" onClick=${does.next} disabled=${problems.length < 2} aria-keyshortcuts="n j" aria-label=${t("key.next")}>› <kbd>n</kbd></button></header>
    <div class="card" tabindex="0" role="group" aria-label=${t("problem")}>
      <${Card} ...${props} />
    </div>
    <${Actions} ...${props} />
    <${ProblemList} ...${props} />
  </aside>`;
}

/** What there is to say once no problem is left. */
function nothingWords(result) {
  const broken = result.findings.filter((one) => one.outcome === "fail" && one.decision).length;
  return broken && result.status === "consistent" ? t("nothing.decided", { broken }) : t(`nothing.${result.status}`);
}

function Card({ report, result, forms, names, cells, problem, current, known, options, does, draft, setDraft, setCell, marks, may }) {
  const findings = (problem?.findings ?? []).map((index) => result.findings[index]);
  const unchecked = findings.filter((one) => one.outcome === "not_checkable" && identityOf(one, forms) && findings.length > 1);
  const told = findings.filter((one) => !unchecked.includes(one));
  const hints = result.findings.filter((one) => one.severity === "info" && one.rule.startsWith("fault.") && one.cells.includes(problem?.focus));
  const box = known ? html`<${ValueBox} report=${report} result=${result} cell=${known} forms=${forms} names=${names}
    draft=${draft} setDraft=${(text) => may && setDraft(text)} save=${does.value} correction=${marks.get(current)?.correction ?? null} />` : null;
  const quotes = result.narrative.filter((one) => one.agrees === false && findings.some((finding) => finding.rule.startsWith("narrative") && finding.message.includes(one.quote)));
  return html`
    ${problem ? null : html`<div class=${`nothing ${result.status}`}><p><b>${nothingWords(result)}</b></p><p>${t("nothing.words")}</p></div>`}
    ${problem?.kind === "heading" ? html`<p class="finding-words">${t("heading.missing")}</p>` : null}
    ${problem?.kind === "line" ? html`<${LineProblem} line=${result.lines.find((one) => one.number === problem.line)} />` : null}
    ${told.length ? html`<ul class="findings">${told.map((finding) => html`<${FindingText} finding=${finding} forms=${forms} cells=${cells} choose=${setCell} />`)}</ul>` : null}
    ${unchecked.length ? html`<details class="unchecked"><summary>${t("unchecked", { number: unchecked.length })}</summary>${unchecked.map((one) => html`<p class="hint">${findingWords(one, forms)}</p>`)}</details>` : null}
    ${quotes.map((one) => html`<blockquote>${one.quote}</blockquote>`)}
    <${Options} options=${options} names=${names} current=${current} take=${(option) => does.accept(options.indexOf(option))} />
    ${box}
    ${hints.map((one) => html`<p class="fault">${findingWords(one, forms)}</p>`)}`;
}

function LineProblem({ line }) {
  return html`<p class="finding-words">${t("line.unresolved")}</p><blockquote>${line.cells.join(" ┆ ") || t("nothing")}</blockquote>`;
}

/** The buttons of what applies to the problem; each names its key. */
function Actions({ problem, current, known, does, may, options, result }) {
  if (!may) return html`<div class="actions"><p class="hint">${t("read_only")}</p></div>`;
  const findings = (problem?.findings ?? []).map((index) => result.findings[index]);
  const failing = findings.some((one) => one.outcome === "fail");
  const legible = known && !["lost", "illegible"].includes(known.state);
  const many = confirmable(result, problem).length > 1;
  return html`<div class="actions" role="toolbar" aria-label=${t("actions")}>
    ${current ? html`
      ${options.length ? html`<${KeyButton} name="a" words=${t("key.accept.short")} act=${() => does.accept(0)} strong=${true} />` : null}
      <${KeyButton} name="Enter" words=${t("key.type")} act=${does.type} strong=${!options.length} />
      <${KeyButton} name="c" words=${t("key.confirm")} act=${does.confirm} disabled=${!legible} />
      ${many ? html`<${KeyButton} name="Shift+C" words=${t("key.confirm_all")} act=${does.confirmAll} />` : null}
      <${KeyButton} name="b" words=${t("key.blank")} act=${() => does.empty("blank")} />
      <${KeyButton} name="/" words=${t("key.not_applicable")} act=${() => does.empty("not_applicable")} />
      <${KeyButton} name="i" words=${t("key.illegible")} act=${() => does.empty("illegible")} />` : null}
    ${failing ? html`<${KeyButton} name="s" words=${t("key.printed_so")} act=${does.printedSo} /><${KeyButton} name="e" words=${t("key.fault")} act=${does.fault} />` : null}
    ${findings.length ? html`<${KeyButton} name="d" words=${t("key.dismiss")} act=${does.dismiss} /><${KeyButton} name="m" words=${t("key.note")} act=${does.note} />` : null}
    ${problem?.kind === "line" || known?.source?.line != null ? html`<${KeyButton} name="l" words=${t("key.label")} act=${does.label} strong=${problem?.kind === "line"} />` : null}
    ${problem?.kind === "heading" ? html`<${KeyButton} name="h" words=${t("key.heading")} act=${does.heading} strong=${true} />` : null}
    <${KeyButton} name="u" words=${t("key.undo")} act=${does.undo} />
    <${KeyButton} name="?" words=${t("key.help")} act=${does.help} />
  </div>`;
}

function ProblemList({ result, problems, problem, names, forms, choose }) {
  const list = useRef(null);
  useEffect(() => list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [problem?.id]);
  const words = (one) => {
    if (one.kind === "heading") return t("heading.missing");
    if (one.kind === "line") return t("line.of", { number: one.line + 1 });
    return one.kind === "cell" ? cellName(one.focus, names) : findingWords(result.findings[one.findings[0]], forms);
  };
  const sign = (one) => (one.findings.some((index) => fails(result.findings[index])) ? "✗" : one.severity === "warning" ? "!" : "·");
  return html`<nav class="problem-list" aria-label=${t("problems")} ref=${list}><ol>${problems.map((one) => html`<li key=${one.id}>
    <button type="button" tabindex="-1" class=${one.severity} aria-current=${one === problem ? "true" : undefined} onClick=${() => choose(one.id)}><i aria-hidden="true">${sign(one)}</i> ${words(one)}</button></li>`)}</ol></nav>`;
}
