/**
 * The words of the page in the language that was chosen. One file a language, with the same keys.
 * @module
 */

const KEPT = "gipr.language";
/** @type {Record<string, string>} */
let words = {};
let language = localStorage.getItem(KEPT) === "en" ? "en" : "zh";

/** The language: "zh" or "en". */
export function lang() {
  return language;
}

/** Fetch the words of a language and use them from now on. */
export async function useLanguage(name = language) {
  const answer = await fetch(`/page/words/${name}.json`);
  words = await answer.json();
  language = name;
  localStorage.setItem(KEPT, name);
  document.documentElement.lang = name === "zh" ? "zh-CN" : "en";
  document.title = t("title");
}

/**
 * The words of a key, with {name} replaced by what `values` has.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  const text = words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
}

/** Whether there are words for a key. */
export function has(key) {
  return key in words;
}

/** One of two words that the service sends together. @param {{zh: string, en: string}} both */
export function pick(both) {
  return both[language === "en" ? "en" : "zh"];
}

/** A number with separators; "" for nothing. */
export function figure(value) {
  if (value === null || value === undefined) return "";
  return Number(value).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/** A number with its sign. */
export function signed(value) {
  return value > 0 ? `+${figure(value)}` : figure(value).replace("-", "−");
}

/** A share as a percentage. */
export function percent(value, digits = 0) {
  return value === null || value === undefined ? "" : `${(value * 100).toFixed(digits)}%`;
}

/** The time of day. @param {string | number | Date} at */
export function clock(at) {
  return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Day and time of day. @param {string} at */
export function moment(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clock(date)}`;
}

/** The name of a rule or code for lists: 表三 + 行合计. */
export function ruleName(rule) {
  if (has(`rule.${rule}`)) return t(`rule.${rule}`);
  const [table, code] = rule.split(".");
  if (has(`rule.${code}`) && has(`table.${table}`)) return `${t(`table.${table}`)} ${t(`rule.${code}`)}`;
  return rule;
}
