/**
 * Who is there: a token where one is needed, a name where not.
 * @module
 */
import { html, useState } from "../vendor/preact-htm.js";
import { call, post } from "../lib/api.js";
import { t } from "../lib/words.js";
import { Dialog } from "../report/dialogs.js";

/** Ask for a token. */
export function SignIn({ enter, language }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    try {
      enter(await call("POST", "/v1/session", {}, { token: token.trim() }));
    } catch (fault) {
      setError(fault);
    }
  };
  return html`<main class="signin"><form onSubmit=${send}><img src="/page/icon.svg" alt="" width="40" height="40" /><h1>${t("title")}</h1>
    <label>${t("signin.token")}<input id="token" type="password" autocomplete="current-password" required value=${token} onInput=${(event) => setToken(event.target.value)} autofocus /></label>
    ${error ? html`<p class="alert" role="alert">${error.status === 401 ? t("signin.wrong") : error.words}</p>` : null}
    <button class="strong">${t("signin")}</button><p class="hint">${t("signin.hint")}</p>
    <button type="button" class="quiet" onClick=${language}>${t("language.other")}</button></form></main>`;
}

/** Say who one is on this machine, so that the history has a name. */
export function NameDialog({ session, enter, leave, close }) {
  const [name, setName] = useState(session.name === "local" ? "" : session.name);
  const send = async (event) => {
    event.preventDefault();
    if (name.trim()) enter(await post("/v1/session", { name: name.trim() }));
  };
  return html`<${Dialog} title=${t("name.title")} close=${close}><form class="form" onSubmit=${send}>
    ${!session.local ? html`<p>${session.name} · ${t(`role.${session.role}`)}</p>` : html`<label>${t("name")}<input id="name" maxlength="80" value=${name} autofocus onInput=${(event) => setName(event.target.value)} /></label>
    <p class="hint">${t("name.hint")}</p>`}
    <p class="buttons">${session.csrf ? html`<button type="button" onClick=${leave}>${t("signout")}</button>` : null}${!session.local ? null : html`<button class="strong">${t("save")}</button>`}</p></form></${Dialog}>`;
}
