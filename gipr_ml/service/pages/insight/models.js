/**
 * The models: which one reads, how another one compares, and training on what was reviewed.
 * @module
 */
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { follow, get, post } from "../lib/api.js";
import { moment, percent, t } from "../lib/words.js";
import { reportPath } from "../lib/route.js";
import { Chip } from "../report/bar.js";
import { Dialog } from "../report/dialogs.js";
import { Comparison, Refusal } from "./comparison.js";

const SCORES = ["macro_f1", "accuracy", "accuracy_of_kept", "abstained", "calibration_error"];
const BUSY = ["queued", "running"];
/** Name of the models in MLflow. */
const REGISTERED = "gipr-lines";

/** A score; of several seeds the mean. */
function score(scores, name) {
  const value = scores?.[name];
  return value === null || typeof value !== "object" ? value : value?.mean;
}

export function ModelsPage({ session }) {
  const [told, setTold] = useState(null);
  const [jobs, setJobs] = useState([]);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(null);
  const [compared, setCompared] = useState(null);
  const [refused, setRefused] = useState(null);
  const [asking, setAsking] = useState(null);
  const may = session.role === "administer";

  const load = () => Promise.all([get("/v1/models"), get("/v1/jobs", { kind: "train", limit: 10 })])
    .then(([models, list]) => { setTold(models); setJobs(list.jobs); return { models, jobs: list.jobs }; }, setError);
  const see = (job) => setJobs((all) => [job, ...all.filter((one) => one.id !== job.id)]
    .sort((a, b) => b.created_at.localeCompare(a.created_at)));
  useEffect(() => {
    load().then((found) => {
      found?.jobs.filter((job) => BUSY.includes(job.state)).forEach((job) => follow(job.id, see).then(load, setError));
      return found && latestComparison(found.models).then(setCompared);
    }).catch(setError);
  }, []);

  const run = async (path, body, done) => {
    setError(null);
    setRefused(null);
    try {
      const job = await follow((await post(path, body)).id, (seen) => (seen.kind === "train" ? see(seen) : setBusy(seen)));
      if (job.state === "done") done?.(job);
      else if (job.kind !== "train") setError({ words: job.reason ?? t(`progress.${job.state}`) });
      await load();
    } catch (fault) {
      setError(fault);
    }
    setBusy((now) => (now && BUSY.includes(now.state) ? now : null));
  };
  const train = () => run("/v1/models/train", { seed: 0 }, (job) => job.result.model !== champion?.digest && compare(job.result.model));
  const compare = (challenger) => run("/v1/models/compare", { challenger }, (job) => setCompared(comparisonOf(job)));
  const promote = (digest, override = null) => {
    setAsking(null);
    run(`/v1/models/${digest}/promote`, { override }, ({ result }) => {
      setRefused(result.promoted ? null : { digest, reasons: result.reasons });
      setCompared(result.promoted ? null : { digest, table: result.table, page: null });
    });
  };
  const back = () => {
    setAsking(null);
    run("/v1/models/rollback", undefined, () => setCompared(null));
  };
  if (!told) return html`<main class="centre" aria-busy="true"><p>${error?.words ?? t("loading")}</p></main>`;
  const champion = told.models.find((model) => model.in_use);
  const training = jobs.some((job) => BUSY.includes(job.state));
  return html`<main class="models"><header><h1>${t("nav.models")}</h1>
      <p class="busy" role="status">${busy ? html`<progress max="1" value=${busy.progress} aria-label=${t(`busy.${busy.kind}`)}></progress> ${t(`busy.${busy.kind}`)}` : null}</p><i class="gap"></i>
      ${told.mlflow ? html`<a class="button" href=${told.mlflow} target="_blank" rel="noopener noreferrer">${t("models.mlflow")} ↗</a>` : null}
      <button type="button" class="strong" onClick=${train} disabled=${!may || training}>${t("models.train")}</button></header>
    <p class="hint">${t("models.words")}${may ? "" : ` ${t("models.not_you")}`}</p>
    ${error ? html`<p class="alert" role="alert">${error.words}</p>` : null}
    <table class="list"><caption class="hidden">${t("nav.models")}</caption><thead><tr><th scope="col">${t("model")}</th><th scope="col">${t("models.made")}</th><th scope="col" class="number">${t("models.reviewed")}</th>
      ${SCORES.map((name) => html`<th scope="col" class="number" key=${name} title=${t(`score.${name}.about`)}>${t(`score.${name}`)}</th>`)}<th scope="col">${t("actions")}</th></tr></thead>
      <tbody>${told.models.map((model) => html`<tr key=${model.digest}><td><code>${model.digest}</code> ${model.in_use ? html`<${Chip} kind="consistent" words=${t("models.in_use")} />` : null}</td>
        <td>${moment(model.made_at)} <small>${model.shipped ? t("models.shipped") : model.made_by}</small> <${Version} model=${model} mlflow=${told.mlflow} /></td>
        <td class="number">${model.about.reviewed_reports ?? "—"}</td>
        ${SCORES.map((name) => html`<td class="number" key=${name}>${percent(score(model.scores, name), 2)}</td>`)}
        <td class="buttons">${model.in_use ? null : html`<button type="button" onClick=${() => compare(model.digest)} disabled=${session.role === "read" || busy}>${t("models.compare")}</button>
          <button type="button" onClick=${() => setAsking(model.digest)} disabled=${!may || busy}>${t("models.promote")}</button>`}</td></tr>`)}</tbody></table>
    ${refused ? html`<${Refusal} ...${refused} override=${(why) => promote(refused.digest, why)} />` : null}
    ${compared ? html`<${Comparison} ...${compared} promote=${may && !refused && !busy ? () => setAsking(compared.digest) : null} />` : null}
    <${Trainings} jobs=${jobs} champion=${champion} />
    <${Promotions} told=${told} back=${may && !busy ? back : null} />
    ${asking ? html`<${Dialog} title=${t("models.promote.sure")} close=${() => setAsking(null)}><p><code>${asking}</code></p><p>${t("models.promote.words")}</p>
      <p class="buttons"><button type="button" onClick=${() => setAsking(null)}>${t("cancel")}</button><button type="button" class="strong" autofocus onClick=${() => promote(asking)}>${t("models.promote")}</button></p></${Dialog}>` : null}
  </main>`;
}

function comparisonOf(job) {
  return { digest: job.arguments.challenger, table: job.result.table, page: `/v1/models/comparisons/${job.id}` };
}

/** The last comparison with the model in use, if there was one. */
async function latestComparison({ models }) {
  const champion = models.find((model) => model.in_use)?.digest;
  const [last] = (await get("/v1/jobs", { kind: "compare", state: "done", limit: 1 })).jobs;
  return last?.arguments.champion === champion ? comparisonOf(last) : null;
}

/** Where MLflow shows a model. */
function Version({ model, mlflow }) {
  const { version, error } = model.about.mlflow ?? {};
  if (error) return html`<em title=${error}>${t("models.mlflow.none")}</em>`;
  if (!mlflow || !version) return null;
  return html`<a href=${`${mlflow}/#/models/${REGISTERED}/versions/${version}`} target="_blank" rel="noopener noreferrer">MLflow ${version} ↗</a>`;
}

/** How each model came into use, and the way back. */
function Promotions({ told, back }) {
  if (!told.promotions.length) return null;
  return html`<section><header><h2>${t("models.promotions")}</h2><i class="gap"></i>
      ${told.back ? html`<button type="button" onClick=${back} disabled=${!back}>${t("models.rollback", { model: told.back })}</button>` : null}</header>
    <ul class="trainings">${told.promotions.map((one) => html`<li key=${one.at}>${moment(one.at)} ${one.by} <b>${t(`promotion.${one.action}`)}</b> <code>${one.model}</code>
      ${one.overridden.length ? html`<em title=${one.overridden.join("\n")}>${t("promotion.overridden", { number: one.overridden.length, reason: one.reason })}</em>` : null}</li>`)}</ul></section>`;
}

function Trainings({ jobs, champion }) {
  if (!jobs.length) return html`<section><h2>${t("models.trainings")}</h2><p class="empty">${t("models.no_training")}</p></section>`;
  return html`<section><h2>${t("models.trainings")}</h2><ul class="trainings" aria-live="polite">${jobs.map((job) => html`<li key=${job.id}>
    <${Chip} kind=${job.state === "done" ? "consistent" : job.state === "failed" ? "rejected" : "waiting"} words=${t(`progress.${job.state}`)} /> ${moment(job.created_at)} ${job.created_by}
    ${job.state === "running" || job.state === "queued" ? html`<progress max="1" value=${job.progress} aria-label=${t("models.train")}></progress> <small>${job.step}</small>` : null}
    ${job.result ? html`<span>${t("models.result", { model: job.result.model, reports: job.result.reviewed_reports })} ${t("score.macro_f1")} <b>${percent(score(job.result.scores, "macro_f1"), 2)}</b>${job.result.model === champion?.digest ? ` · ${t("models.same")}` : ""}</span>` : null}
    ${job.result?.passed_over.map((one) => html`<em key=${one.report}><a href=${reportPath(one.report)}>${one.name}</a> ${t(`passed.${one.why}`)}</em>`)}
    ${job.reason ? html`<em>${job.reason}</em>` : null}</li>`)}</ul></section>`;
}
