/**
 * The models: which one reads, how another one compares, and training on what was reviewed.
 * @module
 */
import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { follow, get, post } from "../lib/api.js";
import { moment, percent, signed, t } from "../lib/words.js";
import { Chip } from "../report/bar.js";
import { Dialog } from "../report/dialogs.js";
import { Duel } from "./charts.js";

const SCORES = ["macro_f1", "accuracy", "accuracy_of_kept", "abstained", "calibration_error"];
const LOW_IS_GOOD = ["abstained", "calibration_error"];

/** A score; of several seeds the mean. */
function score(scores, name) {
  const value = scores?.[name];
  return value === null || typeof value !== "object" ? value : value?.mean;
}

export function ModelsPage({ session }) {
  const [told, setTold] = useState(null);
  const [jobs, setJobs] = useState([]);
  const [error, setError] = useState(null);
  const [compared, setCompared] = useState(null);
  const [asking, setAsking] = useState(null);
  const may = session.role === "administer";

  const load = () => Promise.all([get("/v1/models"), get("/v1/jobs", { kind: "train", limit: 10 })])
    .then(([models, list]) => { setTold(models); setJobs(list.jobs); return list.jobs; }, setError);
  const see = (job) => setJobs((all) => [job, ...all.filter((one) => one.id !== job.id)]
    .sort((a, b) => b.created_at.localeCompare(a.created_at)));
  useEffect(() => {
    load().then((found) => found?.filter((job) => ["queued", "running"].includes(job.state)).forEach((job) => follow(job.id, see).then(load, setError)));
  }, []);

  const run = async (path, body, done) => {
    setError(null);
    try {
      const job = await follow((await post(path, body)).id, (seen) => seen.kind === "train" && see(seen));
      if (job.state === "done") done?.(job);
      else if (job.kind !== "train") setError({ words: job.reason ?? job.state });
      await load();
    } catch (fault) {
      setError(fault);
    }
  };
  const train = () => run("/v1/models/train", { seed: 0 }, (job) => job.result.model !== champion?.digest && compare(job.result.model));
  const compare = (challenger) => run("/v1/models/compare", { challenger }, (job) => setCompared({ ...job.result, digest: job.arguments.challenger }));
  const promote = (digest) => {
    setAsking(null);
    run(`/v1/models/${digest}/promote`, undefined, () => setCompared(null));
  };
  if (!told) return html`<main class="centre" aria-busy="true"><p>${error?.words ?? t("loading")}</p></main>`;
  const champion = told.models.find((model) => model.in_use);
  const training = jobs.some((job) => ["queued", "running"].includes(job.state));
  return html`<main class="models"><header><h1>${t("nav.models")}</h1><i class="gap"></i>
      ${told.mlflow ? html`<a class="button" href=${told.mlflow} target="_blank" rel="noopener noreferrer">${t("models.mlflow")} ↗</a>` : null}
      <button type="button" class="strong" onClick=${train} disabled=${!may || training}>${t("models.train")}</button></header>
    <p class="hint">${t("models.words")}${may ? "" : ` ${t("models.not_you")}`}</p>
    ${error ? html`<p class="alert" role="alert">${error.words}</p>` : null}
    <table class="list"><caption class="hidden">${t("nav.models")}</caption><thead><tr><th scope="col">${t("model")}</th><th scope="col">${t("models.made")}</th><th scope="col" class="number">${t("models.reviewed")}</th>
      ${SCORES.map((name) => html`<th scope="col" class="number" key=${name} title=${t(`score.${name}.about`)}>${t(`score.${name}`)}</th>`)}<th scope="col">${t("actions")}</th></tr></thead>
      <tbody>${told.models.map((model) => html`<tr key=${model.digest}><td><code>${model.digest}</code> ${model.in_use ? html`<${Chip} kind="consistent" words=${t("models.in_use")} />` : null}</td>
        <td>${moment(model.made_at)} <small>${model.shipped ? t("models.shipped") : model.made_by}${model.promoted_at ? ` · ${t("models.promoted", { by: model.promoted_by, at: moment(model.promoted_at) })}` : ""}</small></td>
        <td class="number">${model.about.reviewed_reports ?? "—"}</td>
        ${SCORES.map((name) => html`<td class="number" key=${name}>${percent(score(model.scores, name), 2)}</td>`)}
        <td class="buttons">${model.in_use ? null : html`<button type="button" onClick=${() => compare(model.digest)} disabled=${session.role === "read"}>${t("models.compare")}</button>
          <button type="button" onClick=${() => setAsking(model.digest)} disabled=${!may}>${t("models.promote")}</button>`}</td></tr>`)}</tbody></table>
    ${compared ? html`<${Comparison} told=${compared} promote=${may ? () => setAsking(compared.digest) : null} />` : null}
    <${Trainings} jobs=${jobs} champion=${champion} />
    ${asking ? html`<${Dialog} title=${t("models.promote.sure")} close=${() => setAsking(null)}><p><code>${asking}</code></p><p>${t("models.promote.words")}</p>
      <p class="buttons"><button type="button" onClick=${() => setAsking(null)}>${t("cancel")}</button><button type="button" class="strong" autofocus onClick=${() => promote(asking)}>${t("models.promote")}</button></p></${Dialog}>` : null}
  </main>`;
}

function Comparison({ told, promote }) {
  const names = SCORES.filter((name) => name in told.gain);
  return html`<section class="comparison" aria-live="polite"><header><h2>${t("models.comparison")}</h2><span class="legend"><i class="dot champion"></i>${t("champion")} <i class="dot challenger"></i>${t("challenger")}</span><i class="gap"></i>
      ${promote ? html`<button type="button" class="strong" onClick=${promote}>${t("models.promote")}</button>` : null}</header>
    <table class="list"><thead><tr><th scope="col">${t("score")}</th><th scope="col" class="number">${t("champion")}</th><th scope="col" class="number">${t("challenger")}</th><th scope="col" class="number">${t("gain")}</th><th scope="col"><span class="hidden">${t("models.comparison")}</span></th></tr></thead>
      <tbody>${names.map((name) => {
        const [old, new_, gain] = [told.champion[name], told.challenger[name], told.gain[name]];
        const good = LOW_IS_GOOD.includes(name) ? gain < 0 : gain > 0;
        const kind = Math.abs(gain) < 0.0005 ? "same" : good ? "good" : "bad";
        return html`<tr key=${name}><th scope="row">${t(`score.${name}`)} <small>${t(`score.${name}.about`)}</small></th><td class="number">${percent(old, 2)}</td><td class="number">${percent(new_, 2)}</td>
          <td class=${`number gain ${kind}`}>${signed(Math.round(gain * 10000) / 100)} ${t("points")} ${t(`gain.${kind}`)}</td>
          <td><${Duel} champion=${old} challenger=${new_} words=${`${percent(old, 2)} – ${percent(new_, 2)}`} /></td></tr>`;
      })}</tbody></table></section>`;
}

function Trainings({ jobs, champion }) {
  if (!jobs.length) return html`<section><h2>${t("models.trainings")}</h2><p class="empty">${t("models.no_training")}</p></section>`;
  return html`<section><h2>${t("models.trainings")}</h2><ul class="trainings" aria-live="polite">${jobs.map((job) => html`<li key=${job.id}>
    <${Chip} kind=${job.state === "done" ? "consistent" : job.state === "failed" ? "rejected" : "waiting"} words=${t(`progress.${job.state}`)} /> ${moment(job.created_at)} ${job.created_by}
    ${job.state === "running" || job.state === "queued" ? html`<progress max="1" value=${job.progress} aria-label=${t("models.train")}></progress> <small>${job.step}</small>` : null}
    ${job.result ? html`<span>${t("models.result", { model: job.result.model, reports: job.result.reviewed_reports })} ${t("score.macro_f1")} <b>${percent(score(job.result.scores, "macro_f1"), 2)}</b>${job.result.model === champion?.digest ? ` · ${t("models.same")}` : ""}</span>` : null}
    ${job.reason ? html`<em>${job.reason}</em>` : null}</li>`)}</ul></section>`;
}
