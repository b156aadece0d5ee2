/**
 * Sending files: dropped or chosen, a few at a time, each with its progress.
 * @module
 */
import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { follow, pause, upload } from "../lib/api.js";
import { reportPath } from "../lib/route.js";
import { t } from "../lib/words.js";

const AT_ONCE = 2;

/** Sends files; gives what is under way and the function that adds files. */
export function useUploads(read) {
  const [sent, setSent] = useState([]);
  const waiting = useRef([]);
  const busy = useRef(0);
  const set = (key, values) => setSent((all) => all.map((one) => (one.key === key ? { ...one, ...values } : one)));

  const send = async ({ key, file }) => {
    try {
      let told = null;
      while (!told) {
        try {
          told = await upload(file, (share) => set(key, { state: "sending", share: share * 0.5 }));
        } catch (error) {
          if (error.status !== 429) throw error;
          set(key, { state: "waits" });
          await pause(1000 * Math.min(20, error.wait || 5));
        }
      }
      set(key, { state: told.known ? "known" : "reading", share: 0.5, report: told.report });
      const job = await follow(told.job, (seen) => set(key, { share: 0.5 + seen.progress / 2 }));
      const done = job.state === "done" ? (job.result.status ?? "unpacked") : "failed";
      set(key, { state: told.known ? "known" : done, share: 1, words: job.reason, number: job.result?.reports?.length });
      read();
    } catch (error) {
      set(key, { state: "refused", share: 1, words: error.words ?? String(error) });
    }
  };
  const work = async () => {
    if (busy.current >= AT_ONCE || !waiting.current.length) return;
    busy.current += 1;
    await send(waiting.current.shift());
    busy.current -= 1;
    work();
  };
  const add = (files) => {
    const new_ = [...files].map((file) => ({ key: `${file.name}${Math.random()}`, file, name: file.name, state: "waits", share: 0 }));
    waiting.current.push(...new_);
    setSent((all) => [...new_, ...all]);
    for (let n = 0; n < AT_ONCE; n += 1) work();
  };
  return { sent, add, clear: () => setSent((all) => all.filter((one) => one.share < 1)) };
}

/** Dropping files anywhere on the page. */
export function DropTarget({ add }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const drag = (event) => {
      if (!files(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => event.relatedTarget === null && setOver(false);
    const drop = (event) => {
      if (!files(event)) return;
      event.preventDefault();
      setOver(false);
      add(event.dataTransfer.files);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  return over ? html`<div class="drop" aria-hidden="true"><p>${t("upload.drop")}</p></div>` : null;
}

export function UploadButton({ add }) {
  const chosen = (event) => {
    add(event.target.files);
    event.target.value = "";
  };
  return html`<label class="button strong upload"><input type="file" multiple class="hidden" id="files" onChange=${chosen} />${t("upload")}</label>`;
}

export function UploadList({ sent, clear }) {
  if (!sent.length) return null;
  return html`<section class="uploads" aria-label=${t("upload.title")}>
    <header><h2>${t("upload.title")}</h2><button type="button" class="quiet" onClick=${clear} disabled=${!sent.some((one) => one.share === 1)}>${t("upload.clear")}</button></header>
    <ul aria-live="polite">${sent.map((one) => html`<li key=${one.key} class=${one.state}>
      <b>${one.report ? html`<a href=${reportPath(one.report)}>${one.name}</a>` : one.name}</b>
      <progress max="1" value=${one.share} aria-label=${one.name}></progress>
      <span>${t(`upload.${one.state}`, { number: one.number })}${one.words ? html` <em>${one.words}</em>` : null}</span></li>`)}</ul>
  </section>`;
}
