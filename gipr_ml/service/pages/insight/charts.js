/**
 * Pictures of numbers, drawn as SVG. Each says in words what it shows.
 * @module
 */
import { html } from "../vendor/preact-htm.js";
import { figure, t } from "../lib/words.js";

/** Shares of a whole, side by side. @param {{parts: {name: string, words: string, number: number, to: string}[], title: string}} props */
export function Shares({ parts, title }) {
  const whole = parts.reduce((sum, part) => sum + part.number, 0) || 1;
  let left = 0;
  const bars = parts.map((part) => {
    const x = left;
    left += (part.number / whole) * 1000;
    return { ...part, x, width: (part.number / whole) * 1000 };
  });
  return html`<figure class="shares"><svg viewBox="0 0 1000 28" preserveAspectRatio="none" role="img" aria-label=${`${title}: ${parts.map((part) => `${part.words} ${part.number}`).join(t("comma"))}`}>
      ${bars.map((bar) => html`<rect key=${bar.name} class=${`fill ${bar.name}`} x=${bar.x} y="0" width=${Math.max(0, bar.width - 2)} height="28" />`)}</svg>
    <figcaption>${parts.map((part) => html`<a key=${part.name} href=${part.to}><i class=${`fill ${part.name}`} aria-hidden="true"></i>${part.words} <b>${figure(part.number)}</b></a>`)}</figcaption></figure>`;
}

/** Horizontal bars, the longest first. @param {{rows: {name: string, words: string, number: number, kind: string, to: string}[]}} props */
export function Bars({ rows }) {
  const most = Math.max(1, ...rows.map((row) => row.number));
  return html`<ol class="bars">${rows.map((row) => html`<li key=${row.name + row.kind}><a href=${row.to}><span>${row.words}</span>
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class=${`fill ${row.kind}`} x="0" y="0" width=${(100 * row.number) / most} height="10" rx="1" /></svg><b>${figure(row.number)}</b></a></li>`)}</ol>`;
}

/** A difference on its interval, with nothing in the middle. @param {{row: object, reach: number, kind: string, words: string}} props */
export function Interval({ row, reach, kind, words }) {
  const x = (value) => 100 + (96 * value) / reach;
  return html`<svg class=${`interval ${kind}`} viewBox="0 0 200 16" role="img" aria-label=${words}>
    <line class="zero" x1="100" x2="100" y1="1" y2="15" /><line x1=${x(row.low)} x2=${x(row.high)} y1="8" y2="8" /><circle cx=${x(row.difference)} cy="8" r="4" /></svg>`;
}
