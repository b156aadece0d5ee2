/**
 * Two models on the same frozen reports, and what stands against a promotion.
 * @module
 */
import { html, useState } from "../vendor/preact-htm.js";
import { figure, percent, signed, t } from "../lib/words.js";
import { Interval } from "./charts.js";

const LOW_IS_GOOD = ["silent_rate", "calibration_error", "abstained"];

/** A figure of the comparison: a number of reports, or a share. */
function shown(name, value) {
  return name === "reports_exact" ? figure(value) : percent(value, 2);
}

/** Whether a difference is for the better, for the worse, or no more than chance makes. */
function kindOf({ name, difference, low, high }) {
  if (low !== undefined && low <= 0 && high >= 0) return difference === 0 ? "same" : "unclear";
  if (Math.abs(difference) < 0.0005) return "same";
  return LOW_IS_GOOD.includes(name) === difference < 0 ? "good" : "bad";
}

/** In points of a hundred, or reports. */
function points(name, value) {
  return name === "reports_exact" ? signed(value) : signed(Math.round(value * 10000) / 100);
}

/** @param {{table: object, page: string | null, promote: (() => void) | null}} props */
export function Comparison({ table, page, promote }) {
  const { frozen, figures, documents } = table;
  const count = (verdict) => documents.filter((one) => one.verdict === verdict).length;
  const reach = Math.max(0.02, ...figures.filter((row) => row.low !== undefined).flatMap((row) => [Math.abs(row.low), Math.abs(row.high)]));
  return html`<section class="comparison" aria-live="polite"><header><h2>${t("models.comparison")}</h2><i class="gap"></i>
      ${page ? html`<a class="button" href=${page} target="_blank" rel="noopener">${t("models.all")} ↗</a>` : null}
      ${promote ? html`<button type="button" class="strong" onClick=${promote}>${t("models.promote")}</button>` : null}</header>
    <p class="hint">${t("models.frozen", frozen)} ${t("models.documents", { better: count("better"), worse: count("worse"), same: count("same"), changed: table.changed })}</p>
    <table class="list"><caption class="hidden">${t("models.comparison")}</caption><thead><tr><th scope="col">${t("score")}</th><th scope="col" class="number">${t("champion")}</th><th scope="col" class="number">${t("challenger")}</th>
      <th scope="col" class="number">${t("gain")}</th><th scope="col" class="number">${t("interval")}</th><th scope="col"><span class="hidden">${t("interval")}</span></th></tr></thead>
      <tbody>${figures.map((row) => {
        const kind = kindOf(row);
        const spread = row.low === undefined ? "" : `${points(row.name, row.low)} … ${points(row.name, row.high)}`;
        return html`<tr key=${row.name}><th scope="row">${t(`figure.${row.name}`)}</th><td class="number">${shown(row.name, row.first)}</td><td class="number">${shown(row.name, row.second)}</td>
          <td class=${`number gain ${kind}`}>${points(row.name, row.difference)} ${t(`gain.${kind}`)}</td><td class="number">${spread}</td>
          <td>${spread ? html`<${Interval} row=${row} reach=${reach} kind=${kind} words=${spread} />` : null}</td></tr>`;
      })}</tbody></table></section>`;
}

/** What stands against a promotion, and a way to make it all the same. @param {{reasons: object[], override: (why: string) => void}} props */
export function Refusal({ digest, reasons, override }) {
  const [why, setWhy] = useState("");
  const send = (event) => {
    event.preventDefault();
    if (why.trim()) override(why.trim());
  };
  return html`<section class="refusal" role="alert"><h2>${t("refusal.title")}</h2><p><code>${digest}</code></p>
    <ul>${reasons.map((reason) => html`<li key=${reason.words}>${told(reason)}</li>`)}</ul>
    <form class="form" onSubmit=${send}><label>${t("override.reason")}<input required maxlength="2000" value=${why} onInput=${(event) => setWhy(event.target.value)} /></label>
      <button disabled=${!why.trim()}>${t("override.submit")}</button> <span class="hint">${t("override.words")}</span></form></section>`;
}

function told({ kind, about }) {
  if (kind !== "figure") return t(`refusal.${kind}`, about);
  const { name, first, second, margin } = about;
  return t("refusal.figure", { figure: t(`figure.${name}`), first: shown(name, first), second: shown(name, second), margin: percent(margin, 1) });
}
