/**
 * Where one is: the part of the address behind "#", such as #/report/ID?at=3.
 * @module
 */

/** @returns {{parts: string[], query: URLSearchParams}} */
export function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

/** Go somewhere. @param {string} path */
export function go(path) {
  location.hash = path;
}

/** The address of a report. */
export function reportPath(report, at = null) {
  return `#/report/${report}${at === null ? "" : `?at=${at}`}`;
}

/** The address of the queue with some filters. @param {Record<string, unknown>} filters */
export function queuePath(filters) {
  const kept = Object.entries(filters).filter(([, value]) => value !== "" && value != null);
  const text = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return `#/queue${text ? `?${text}` : ""}`;
}
