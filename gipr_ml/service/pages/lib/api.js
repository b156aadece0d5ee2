/**
 * Calls of the service.
 * @module
 */
import { has, t } from "./words.js";

/** The service refused a call, or did not answer (`status` 0). */
export class CallError extends Error {
  constructor(status, code, detail, wait = 0) {
    super(detail);
    this.status = status;
    this.code = code;
    /** Seconds after which to try again, where the service says so. */
    this.wait = wait;
  }

  /** Whether the same call may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** What went wrong, in the language of the page as far as it knows the code. */
  get words() {
    return has(`error.${this.code}`) ? t(`error.${this.code}`, { detail: this.message }) : this.message;
  }
}

let csrf = null;
/** Called when the service does not know who asks. */
let strangers = () => {};

/** @param {() => void} then */
export function onStranger(then) {
  strangers = then;
}

/** Remember what a session sends along with every change. */
export function useSession(session) {
  csrf = session?.csrf ?? null;
}

function headers(more = {}) {
  return csrf === null ? more : { ...more, "X-CSRF-Token": csrf };
}

/**
 * Call the service; gives the JSON of the answer. Throws `CallError`.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{signal?: AbortSignal, token?: string}} [how]
 */
export async function call(method, path, body, how = {}) {
  const given = body === undefined ? {} : { "Content-Type": "application/json" };
  if (how.token) given.Authorization = `Bearer ${how.token}`;
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: headers(given),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: how.signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new CallError(0, "offline", String(error));
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  if (answer.status === 401) strangers();
  throw refusal(answer.status, told, answer.headers.get("Retry-After"));
}

function refusal(status, told, wait) {
  const detail = told?.detail ?? `${status}`;
  return new CallError(status, told?.code ?? "unknown", String(detail), Number(wait) || 0);
}

/** @param {string} path @param {Record<string, unknown>} [query] */
export function get(path, query = {}, how = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  const text = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return call("GET", text ? `${path}?${text}` : path, undefined, how);
}

/** @param {string} path @param {unknown} [body] */
export function post(path, body, how = {}) {
  return call("POST", path, body, how);
}

/**
 * Send one file; `progress` is told the share that has gone out.
 * @param {File} file
 * @param {(share: number) => void} progress
 */
export function upload(file, progress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/reports");
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(new CallError(0, "offline", ""));
    request.onload = () => {
      if (request.status < 300) return resolve(request.response.sent[0]);
      if (request.status === 401) strangers();
      return reject(refusal(request.status, request.response, request.getResponseHeader("Retry-After")));
    };
    request.send(form);
  });
}

/** Wait until a job has ended; `told` sees it on the way. Throws `CallError`. */
export async function follow(job, told = () => {}, signal = undefined) {
  let seen = await get(`/v1/jobs/${job}`, {}, { signal });
  while (seen.state === "queued" || seen.state === "running") {
    told(seen);
    await pause(700, signal);
    seen = await get(`/v1/jobs/${job}`, {}, { signal });
  }
  told(seen);
  return seen;
}

/** Some milliseconds. @param {number} time @param {AbortSignal} [signal] */
export function pause(time, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    });
  });
}
