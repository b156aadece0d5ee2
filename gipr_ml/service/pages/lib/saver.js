/**
 * Saves steps one after the other, keeps what is not saved yet in the browser, and tries again when
 * the connection was lost. Each step carries a key, so that sending it twice enters it once.
 * @module
 */
import { post } from "./api.js";

const LONGEST = 15;

/** @typedef {{key: string, changes: object[], after: number | null}} Step */

export class Saver {
  /**
   * @param {string} report
   * @param {{entry: () => number, saved: (result: object) => void, told: () => void}} owner
   */
  constructor(report, owner) {
    this.report = report;
    this.owner = owner;
    this.place = `gipr.pending.${report}`;
    /** @type {Step[]} */
    this.steps = JSON.parse(localStorage.getItem(this.place) ?? "[]");
    /** idle, saving, offline or refused. */
    this.state = "idle";
    this.at = null;
    this.error = null;
    this.wait = 0;
    this.closed = false;
    /** @type {(() => void)[]} */
    this.waiting = [];
    if (this.steps.length) this._send();
  }

  /** Save changes, all of them or none. @param {object[]} changes */
  add(changes) {
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.steps.push({ key, changes, after: this.steps.length ? null : this.owner.entry() });
    this._keep();
    if (this.state === "refused") this.state = "idle";
    if (this.state === "idle") this._send();
    this.owner.told();
  }

  /** Once everything is saved, or something went wrong. */
  settled() {
    if (this.state !== "saving") return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Try again now. */
  retry() {
    if (this.state !== "offline") return;
    clearTimeout(this.timer);
    this._send();
  }

  /** Stop trying; what is not saved stays in the browser. */
  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** The changes that are not saved yet. */
  get pending() {
    return this.steps.flatMap((step) => step.changes);
  }

  _keep() {
    if (this.steps.length) localStorage.setItem(this.place, JSON.stringify(this.steps));
    else localStorage.removeItem(this.place);
  }

  async _send() {
    this.state = "saving";
    this.owner.told();
    while (this.steps.length && !this.closed) {
      const [step] = this.steps;
      step.after ??= this.owner.entry();
      try {
        const { key, changes, after } = step;
        const result = await post(`/v1/reports/${this.report}/changes`, { key, changes, after });
        this.steps.shift();
        this._keep();
        this.wait = 0;
        this.at = Date.now();
        if (!this.closed) this.owner.saved(result);
      } catch (error) {
        return this._failed(error);
      }
    }
    this.state = "idle";
    this._tell();
    return undefined;
  }

  _tell() {
    this.waiting.splice(0).forEach((resolve) => resolve());
    this.owner.told();
  }

  _failed(error) {
    this.error = error;
    if (error.passing || error.status === 401) {
      this.state = "offline";
      this.wait = Math.min(LONGEST, Math.max(error.wait ?? 0, this.wait * 2 || 1));
      if (!this.closed) this.timer = setTimeout(() => this._send(), this.wait * 1000);
    } else {
      // What was typed is shown to the person, who decides; it is not sent over somebody else's.
      this.state = "refused";
      this.refused = this.steps.flatMap((step) => step.changes);
      this.steps = [];
      this._keep();
    }
    this._tell();
  }
}
