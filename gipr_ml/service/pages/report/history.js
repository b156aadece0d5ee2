/**
 * Who did what with a report, and when; every state can be seen again.
 * @module
 */
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { get } from "../lib/api.js";
import { reportPath } from "../lib/route.js";
import { figure, moment, t } from "../lib/words.js";
import { Dialog } from "./dialogs.js";
import { cellName } from "./forms.js";

/** What an entry says, in one sentence. */
function entryWords({ kind, body }, names) {
  if (kind === "read") return t("entry.read.words", { status: t(`status.${body.status}`), findings: body.findings });
  if (kind === "value") {
    const value = body.state === "read" ? figure(body.value) : t(`state.${body.state}`);
    return t(body.proposed ? "entry.value.proposed" : "entry.value.words", { cell: cellName(body.cell, names), value });
  }
  if (kind === "decision") return t(`entry.decision.${body.verdict}`);
  if (kind === "label") return t("entry.label.words", { line: body.line + 1, label: t(`label.${body.label}`) });
  if (kind === "heading") return t("entry.heading.words", { agency: body.agency ?? "", year: body.year ?? "" });
  if (kind === "undo") return t("entry.undo.words", { entry: body.entry });
  return t(`entry.review.${body.review}`);
}

export function HistoryDialog({ report, names, close }) {
  const [entries, setEntries] = useState(null);
  useEffect(() => {
    get(`/v1/reports/${report}/history`).then((told) => setEntries([...told.entries].reverse()), close);
  }, []);
  return html`<${Dialog} title=${t("key.history")} close=${close} wide=${true}>
    ${entries ? html`<div class="scroll" tabindex="0" role="group" aria-label=${t("key.history")}><table class="list"><thead><tr><th scope="col">#</th><th scope="col">${t("when")}</th><th scope="col">${t("who")}</th>
      <th scope="col">${t("what")}</th><th scope="col"><span class="hidden">${t("old.show")}</span></th></tr></thead>
      <tbody>${entries.map((entry) => html`<tr key=${entry.number}><td>${entry.number}</td><td>${moment(entry.at)}</td><td>${entry.by}</td>
        <td>${entryWords(entry, names)}${entry.body.note ? html`<q>${entry.body.note}</q>` : null}</td>
        <td><a href=${reportPath(report, entry.number)} onClick=${close}>${t("old.show")}</a></td></tr>`)}</tbody></table></div>` : html`<p>${t("loading")}</p>`}
  </${Dialog}>`;
}
