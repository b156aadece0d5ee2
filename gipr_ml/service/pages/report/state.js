/**
 * A report that is open: its result, its pages, and what is being saved.
 * @module
 */
import { useEffect, useRef, useState } from "../vendor/preact-htm.js";
import { get } from "../lib/api.js";
import { Saver } from "../lib/saver.js";
import { loadForms } from "./forms.js";

/**
 * @param {string} id
 * @param {number | null} at  the entry whose state is shown; null shows what holds now
 * @param {(before: object, after: object) => void} moved  told of every new result
 */
export function useReport(id, at, moved) {
  const [loaded, setLoaded] = useState(null);
  const [error, setError] = useState(null);
  const [, redraw] = useState(0);
  const kept = useRef({});
  kept.current.moved = moved;

  const take = (result) => {
    const before = kept.current.result;
    kept.current.result = result;
    setLoaded((old) => ({ ...old, result }));
    if (before) kept.current.moved(before, result);
  };
  const reload = () => get(`/v1/reports/${id}/result`).then(take, setError);

  useEffect(() => {
    let gone = false;
    kept.current.result = null;
    setLoaded(null);
    setError(null);
    const query = at === null ? {} : { at };
    const path = `/v1/reports/${id}`;
    const load = async () => {
      const row = await get(path);
      if (!row.entry) return { row };
      const [result, { pages }, forms] = await Promise.all([get(`${path}/result`, query), get(`${path}/pages`), loadForms()]);
      return { row, result, pages, forms };
    };
    load().then(
      ({ row, result, pages, forms }) => {
        if (gone) return;
        if (!result) return setLoaded({ row });
        kept.current.result = result;
        setLoaded({ row, result, pages, forms });
        if (at !== null) return undefined;
        kept.current.saver = new Saver(id, {
          entry: () => kept.current.result.review.entry,
          saved: take,
          told: () => {
            redraw((count) => count + 1);
            if (kept.current.saver?.error?.code === "out_of_date") reload();
          },
        });
        return redraw((count) => count + 1);
      },
      (fault) => gone || setError(fault),
    );
    return () => {
      gone = true;
      kept.current.saver?.close();
      kept.current.saver = null;
    };
  }, [id, at]);

  return { ...loaded, error, saver: kept.current.saver ?? null, reload };
}

/** Cells whose new value is not saved yet, by key. @param {Saver | null} saver */
export function pendingCells(saver) {
  const values = (saver?.pending ?? []).filter((change) => change.kind === "value");
  return new Map(values.map((change) => [change.cell, change]));
}

/** Entries that no later one takes back. */
function standing(entries) {
  const undone = new Set();
  for (const entry of [...entries].reverse()) {
    if (entry.kind === "undo" && !undone.has(entry.number)) undone.add(entry.body.entry);
  }
  return entries.filter((entry) => entry.kind !== "read" && !undone.has(entry.number));
}

/** The entry that "undo" takes back for somebody, or undefined. */
export function toUndo(entries, by) {
  return standing(entries).filter((entry) => entry.kind !== "undo" && entry.by === by).at(-1);
}

/** The undoing entry that "redo" takes back: only right after it. */
export function toRedo(entries, by) {
  const last = entries.at(-1);
  return last?.kind === "undo" && last.by === by && standing(entries).includes(last) ? last : undefined;
}
