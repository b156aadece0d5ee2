/**
 * Which reports the queue shows, kept while one works on them one after the other.
 * @module
 */
import { get } from "../lib/api.js";

const KEPT = "gipr.filters";
export const EMPTY = { text: "", year: "", status: "", review: "", progress: "", finding: "", sort: "" };

/** The filters in force. */
export function queueFilters() {
  return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
}

export function keepFilters(filters) {
  sessionStorage.setItem(KEPT, JSON.stringify(filters));
}

/** The report to look at after another one, or undefined where nothing is left. */
export async function nextReport(id) {
  const filters = queueFilters();
  const { reports } = await get("/v1/reports", { ...filters, limit: 50 });
  const waits = (row) => row.id !== id && row.status === "needs_review" && !["done", "second_done"].includes(row.review);
  return reports.find(waits);
}
