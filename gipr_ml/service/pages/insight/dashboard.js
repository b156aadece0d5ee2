/**
 * Everything stored, in pictures: how reports stand, what is wrong most often, agencies by year.
 * @module
 */
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { get } from "../lib/api.js";
import { queuePath, reportPath } from "../lib/route.js";
import { figure, ruleName, signed, t } from "../lib/words.js";
import { Bars, Shares } from "./charts.js";

const ROWS = 30;

export function DashboardPage() {
  const [summary, setSummary] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    const since = new Date().setHours(0, 0, 0, 0) / 1000;
    get("/v1/summary", { since }).then(setSummary, setError);
  }, []);
  if (error) return html`<main class="centre"><p class="alert" role="alert">${error.words}</p></main>`;
  if (!summary) return html`<main class="centre" aria-busy="true"><p>${t("loading")}</p></main>`;
  const status = ["consistent", "needs_review", "rejected", "waiting"].map((name) => ({
    name, words: t(`status.${name}`), number: summary.status[name] ?? 0,
    to: queuePath(name === "waiting" ? { progress: "queued" } : { status: name }),
  }));
  const review = ["done", "second_done", "second_wanted", "started", "none"].map((name) => ({
    name: `review-${name}`, words: t(`review.${name}`), number: summary.review[name] ?? 0, to: queuePath({ review: name }),
  }));
  const rules = frequent(summary.findings);
  return html`<main class="dashboard"><h1>${t("nav.dashboard")}</h1>
    <dl class="totals">${[["reports", summary.reports], ["reviewed_today", summary.reviewed_today], ["left", summary.left], ["under_way", (summary.jobs.queued ?? 0) + (summary.jobs.running ?? 0)]]
      .map(([name, number]) => html`<div key=${name}><dt>${t(`total.${name}`)}</dt><dd>${figure(number)}</dd></div>`)}</dl>
    <div class="halves">
      <section><h2>${t("dashboard.status")}</h2><${Shares} parts=${status} title=${t("dashboard.status")} />
        <h2>${t("dashboard.review")}</h2><${Shares} parts=${review} title=${t("dashboard.review")} /></section>
      <section><h2>${t("dashboard.findings")}</h2>${rules.length ? html`<${Bars} rows=${rules} />` : html`<p class="empty">${t("dashboard.no_findings")}</p>`}</section>
    </div>
    <${AgencyMap} />
    <${Years} />
  </main>`;
}

/** The most frequent rules; one that fails in some reports and cannot be checked in others is one. */
function frequent(findings) {
  const by = new Map();
  for (const { rule, severity, reports } of findings.filter((one) => one.severity !== "info")) {
    const known = by.get(rule) ?? { name: rule, words: ruleName(rule), number: 0, kind: severity, to: queuePath({ finding: rule }) };
    by.set(rule, { ...known, number: known.number + reports, kind: severity === "error" ? "error" : known.kind });
  }
  return [...by.values()].sort((a, b) => b.number - a.number).slice(0, 10);
}

/** A list of the service, page by page: what it told, and a footer where there is more than one page. */
function usePages(path, asked) {
  const [pages, setPages] = useState([0]);
  const [told, setTold] = useState(null);
  const [error, setError] = useState(null);
  const turn = useRef(0);
  const key = JSON.stringify(asked);
  useEffect(() => {
    const mine = (turn.current += 1);
    const then = (answer, wrong) => {
      if (mine !== turn.current) return;
      setError(wrong);
      if (!wrong) setTold(answer);
    };
    get(path, { ...asked, after: pages.at(-1) }).then((answer) => then(answer, null), (wrong) => then(null, wrong));
  }, [key, pages.at(-1)]);
  const footer = pages.length > 1 || told?.next ? html`<p class="paging"><button type="button" disabled=${pages.length < 2} onClick=${() => setPages(pages.slice(0, -1))}>‹ ${t("queue.back")}</button>
      <span>${t("queue.page", { page: pages.length })}</span><button type="button" disabled=${!told?.next} onClick=${() => setPages([...pages, told.next])}>${t("queue.more")} ›</button></p>` : null;
  return { told, error, footer, first: () => setPages([0]) };
}

/** Agencies by year: one square a report, its colour how it stands. */
function AgencyMap() {
  const [text, setText] = useState("");
  const { told, error, footer, first } = usePages("/v1/agencies", { agency: text, limit: ROWS });
  const years = [...new Set(told?.agencies.map((one) => one.year))].sort();
  const by = new Map();
  for (const one of told?.agencies ?? []) by.set(one.agency, (by.get(one.agency) ?? new Map()).set(one.year, one));
  return html`<section class="map" aria-busy=${!told}><header><h2>${t("dashboard.map")}</h2>
      <label class="search"><span class="hidden">${t("search")}</span><input type="search" maxlength="200" placeholder=${t("agency")} value=${text} onInput=${(event) => { setText(event.target.value.trim()); first(); }} /></label>
      <span class="hint">${t("dashboard.map.legend")}</span></header>
    ${by.size ? html`<div class="wide"><table><thead><tr><th scope="col">${t("agency")}</th>${years.map((year) => html`<th scope="col" key=${year}>${year}</th>`)}</tr></thead>
      <tbody>${[...by].map(([name, found]) => html`<tr key=${name}><th scope="row"><a href=${queuePath({ text: name })}>${name}</a></th>${years.map((year) => html`<td key=${year}><${Square} one=${found.get(year)} /></td>`)}</tr>`)}</tbody></table></div>` : html`<p class="empty">${error?.words ?? t(told ? "queue.none" : "loading")}</p>`}
    ${footer}
  </section>`;
}

const SIGNS = { consistent: "✓", needs_review: "!", rejected: "✗" };

function Square({ one }) {
  if (!one) return html`<span class="square none"><span class="hidden">${t("nothing")}</span></span>`;
  const words = `${one.agency} ${one.year}: ${t(`status.${one.status}`)}${one.errors ? `, ${t("errors")} ${one.errors}` : ""}`;
  return html`<a class=${`square fill ${one.status}`} title=${words} aria-label=${words} href=${one.reports > 1 ? queuePath({ text: one.agency, year: one.year }) : reportPath(one.report)}>${one.reports > 1 ? one.reports : SIGNS[one.status]}</a>`;
}

/** What the reports of one agency say against each other, and which years are missing or there twice. */
function Years() {
  const { told, error, footer } = usePages("/v1/years", { limit: 50 });
  if (!told) return html`<section aria-busy="true"><h2>${t("dashboard.years")}</h2><p class="empty">${error?.words ?? t("loading")}</p></section>`;
  const found = told.agencies.filter((one) => one.findings.length || one.missing.length || one.repeated.length || one.left);
  return html`<section><h2>${t("dashboard.years")}</h2>${found.length ? html`<table class="list"><thead><tr><th scope="col">${t("agency")}</th><th scope="col" class="number">${t("year")}</th>
      <th scope="col">${t("finding")}</th><th scope="col" class="number">${t("finding.reported")}</th><th scope="col" class="number">${t("finding.computed")}</th><th scope="col" class="number">${t("finding.difference")}</th></tr></thead>
    <tbody>${found.map((one) => html`${gaps(one).map(([rule, list]) => html`<tr key=${one.agency + rule}><td><a href=${queuePath({ text: one.agency })}>${one.agency}</a></td><td class="number">${list.join(" ")}</td><td colspan="4"><b>${t(`dashboard.years.${rule}`)}</b></td></tr>`)}
      ${one.findings.map((finding, place) => html`<tr key=${one.agency + place}><td><a href=${reportPath(finding.report)}>${one.agency}</a></td><td class="number"><a href=${reportPath(finding.report)}>${finding.year}</a></td>
      <td><b>${ruleName(finding.rule)}</b> <small>${finding.message}</small></td><td class="number">${figure(finding.reported)}</td><td class="number">${figure(finding.computed)}</td><td class="number">${finding.difference === null ? "" : signed(finding.difference)}</td></tr>`)}
      ${["findings_left", "left"].filter((name) => one[name]).map((name) => html`<tr key=${one.agency + name}><td><a href=${queuePath({ text: one.agency })}>${one.agency}</a></td><td></td><td colspan="4">${t(`dashboard.years.${name}`, { number: figure(one[name]) })}</td></tr>`)}`)}</tbody></table>`
    : html`<p class="empty">${t(told.agencies.length ? "dashboard.years.none" : "dashboard.years.single")}</p>`}${footer}</section>`;
}

function gaps({ missing, repeated }) {
  return [["missing", missing], ["repeated", repeated]].filter(([, list]) => list.length);
}
