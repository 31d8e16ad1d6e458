// Roving focus in the log: arrows between messages, Home and End, Escape back to the composer.

import { keyOf } from "../page/keys.js";

/** @import { Lifetime } from "../page/lifetime.js" */

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {HTMLElement} log  @param {{toBox: () => void, toEnd: () => Promise<void>}} ways */
export function roveMessages(log, { toBox, toEnd }) {
  log.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("a, button, input, textarea")) return;
    if (keyOf(event) === "Escape") return toBox();
    if (!target(log, event)) return;
    event.preventDefault();
    if (event.key === "End") await toEnd();
    target(log, event)?.focus();
  });
}

/**
 * Page keys and End in an empty composer scroll the log.
 * @param {HTMLElement} log  @param {() => void} toEnd  @param {Lifetime} lifetime
 */
export function pageFromBox(log, toEnd, { signal }) {
  /** @type {Record<string, number>} */ const pages = { PageUp: -0.9, PageDown: 0.9 };
  /** @param {OnElement<KeyboardEvent>} event */
  const pressed = (event) => {
    const { key } = event;
    const box = /** @type {HTMLTextAreaElement} */ (event.target);
    if (box.id !== "composer-body" || box.value !== "") return;
    if (key in pages) log.scrollBy({ top: pages[key] * log.clientHeight });
    else if (key === "End") toEnd();
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", pressed, { signal });
}

/** @param {HTMLElement} log  @param {KeyboardEvent} event */
function target(log, { key }) {
  const messages = [...log.querySelectorAll("article.message")];
  if (key === "Home") return messages[0];
  if (key === "End") return messages.at(-1);
  if (!(key in STEPS)) return undefined;
  const present = document.activeElement?.closest("article.message");
  const index = present ? messages.indexOf(present) : -1;
  if (index < 0) return messages.at(-1);
  return messages[Math.min(messages.length - 1, Math.max(0, index + STEPS[key]))];
}
