// The keys of an open menu: arrows, Home, End, first letters; Tab closes it.

/** @import { Popup } from "./popup.js" */

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {KeyboardEvent} event  @param {HTMLElement[]} items  those that are shown  @param {Popup} popup */
export function keyInMenu(event, items, popup) {
  const index = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {HTMLElement | null | undefined} */ let to = null;
  if (event.key in STEPS) to = items[(index + STEPS[event.key] + items.length) % items.length];
  else if (event.key === "Home") [to] = items;
  else if (event.key === "End") to = items.at(-1);
  else if (event.key === "Tab") popup.close();
  else if (event.key.length === 1) to = byLetter(items, index, event.key);
  if (event.key === "Tab" || to) event.preventDefault();
  to?.focus();
}

/** @param {HTMLElement[]} items  @param {number} index  @param {string} letter */
function byLetter(items, index, letter) {
  const order = [...items.slice(index + 1), ...items.slice(0, index + 1)];
  return order.find((item) => item.textContent.toLowerCase().startsWith(letter.toLowerCase()));
}
