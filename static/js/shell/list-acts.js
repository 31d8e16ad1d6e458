// Loads the menu and the filter of the list of conversations (row-menu.js, list-filter.js) when the pointer or the focus
// first comes into the list, so that opening a page does not wait for them.

/** @import { Sender } from "../live/sender.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** @typedef {{connection: Connection, sender: Sender, storage: BrowserMemory, userId: number}} Sources */

/** @param {Sources} sources */
export function offerListActs(sources) {
  // The list itself is replaced at times.
  const side = document.getElementById("conversations")?.closest(".side");
  if (!side) return;
  const loading = new AbortController();
  /** @param {Event} event */
  const load = async ({ target }) => {
    loading.abort();
    const [{ RowMenu }, { ListFilter }] = await Promise.all([import("./row-menu.js"), import("./list-filter.js")]);
    new RowMenu(sources.connection, /** @type {HTMLElement} */ (side)).show(/** @type {HTMLElement} */ (target));
    new ListFilter(/** @type {HTMLElement} */ (side));
  };
  const once = { signal: loading.signal, passive: true };
  for (const sign of ["pointerover", "focusin"]) side.addEventListener(sign, load, once);
}
