/**
 * The review page: who is there, which page is shown, in which language.
 * @module
 */
import { html, render, useEffect, useState } from "./vendor/preact-htm.js";
import { call, get, onStranger, useSession } from "./lib/api.js";
import { route } from "./lib/route.js";
import { lang, t, useLanguage } from "./lib/words.js";
import { DashboardPage } from "./insight/dashboard.js";
import { ModelsPage } from "./insight/models.js";
import { NameDialog, SignIn } from "./insight/signin.js";
import { QueuePage } from "./queue/queue.js";
import { ReportPage } from "./report/report.js";

const PAGES = ["queue", "dashboard", "models"];

function App() {
  const [where, setWhere] = useState(route);
  const [session, setSession] = useState(undefined);
  const [, setLanguage] = useState(lang());
  const [naming, setNaming] = useState(false);
  const [fault, setFault] = useState(null);

  const enter = (told) => {
    useSession(told);
    setSession(told);
    setNaming(false);
  };
  const ask = () => get("/v1/session").then(enter, (error) => (error.status === 401 ? enter(null) : setFault(error)));
  useEffect(() => {
    onStranger(() => enter(null));
    ask();
    const moved = () => setWhere(route());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const other = async () => {
    await useLanguage(lang() === "zh" ? "en" : "zh");
    setLanguage(lang());
  };
  const leave = async () => {
    await call("DELETE", "/v1/session");
    setNaming(false);
    useSession(null);
    ask();
  };
  if (fault) return html`<main class="centre"><p class="alert" role="alert">${fault.words}</p><button type="button" onClick=${() => location.reload()}>${t("again")}</button></main>`;
  if (session === undefined) return html`<main class="centre" aria-busy="true"></main>`;
  if (session === null) return html`<${SignIn} enter=${enter} language=${other} />`;
  const [page = "queue", id] = where.parts;
  const at = where.query.get("at");
  return html`<header class="app"><a class="brand" href="#/queue"><img src="/page/icon.svg" alt="" width="20" height="20" />${t("title")}</a>
      <nav aria-label=${t("nav")}>${PAGES.map((name) => html`<a key=${name} href=${`#/${name}`} aria-current=${name === page || (page === "report" && name === "queue") ? "page" : undefined}>${t(`nav.${name}`)}</a>`)}</nav>
      <i class="gap"></i><a href="/docs" target="_blank" rel="noopener">API</a>
      <button type="button" class="quiet" onClick=${() => setNaming(true)}>${session.name === "local" ? t("name.none") : session.name}</button>
      <button type="button" class="quiet" id="language" onClick=${other}>${t("language.other")}</button></header>
    ${page === "report" && id ? html`<${ReportPage} key=${`${id} ${at}`} id=${id} at=${at === null ? null : Number(at)} session=${session} />`
      : page === "dashboard" ? html`<${DashboardPage} />` : page === "models" ? html`<${ModelsPage} session=${session} />`
      : html`<${QueuePage} query=${where.query} session=${session} />`}
    ${naming ? html`<${NameDialog} session=${session} enter=${enter} leave=${leave} close=${() => setNaming(false)} />` : null}`;
}

await useLanguage();
render(html`<${App} />`, document.getElementById("app"));
