/**
 * Keys that act anywhere on a page, except while something is being typed.
 * @module
 */
import { useLayoutEffect } from "../vendor/preact-htm.js";

/** The name of a key as `useKeys` knows it: "j", "Shift+Enter", "Ctrl+z". */
export function keyName(event) {
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const named = event.key.length > 1;
  const shift = named && event.shiftKey ? "Shift+" : "";
  return control + shift + event.key;
}

/** Whether the keys belong to what has the focus. */
function typing(target, name) {
  if (!(target instanceof HTMLElement)) return false;
  if (document.querySelector("dialog[open]")) return true;
  if (target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return true;
  return (name === "Enter" || name === " ") && target.matches("a, button:not(.cell), summary");
}

/**
 * Act on keys while the component is shown.
 * @param {Record<string, (event: KeyboardEvent) => void>} actions
 */
export function useKeys(actions) {
  useLayoutEffect(() => {
    const act = (event) => {
      const name = keyName(event);
      const action = actions[name];
      if (!action || event.defaultPrevented || event.altKey || typing(event.target, name)) return;
      event.preventDefault();
      action(event);
    };
    document.addEventListener("keydown", act);
    return () => document.removeEventListener("keydown", act);
  });
}
