// Loads what belongs to the list of conversations when it is needed, so that opening a page does not wait for it: the
// menu and the filter (row-menu.js, list-filter.js) when the pointer or the focus first comes into the list, and what
// rows say of typing, drafts and sending (line-states.js) when there is some.

import { draftPrefix } from "../messages/drafts.js";

/** @import { Typing } from "../live/protocol.js" */
/** @import { Sender } from "../live/sender.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** Most messages are sent sooner, and their line is the next last line. */
const SENDING_SHOWN_AFTER_MS = 600;

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
  showStates(sources);
}

/** @param {Sources} sources */
function showStates({ connection, sender, storage, userId }) {
  const loading = new AbortController();
  const { signal } = loading;
  /** @param {Typing} [typing]  what happened first */
  const load = async (typing) => {
    loading.abort();
    const { followStates } = await import("./line-states.js");
    followStates({ connection, sender, storage, userId, typing });
  };
  const look = () => {
    const hasSome = storage.keys(draftPrefix(userId)).length > 0 || sender.queue.rooms().length > 0;
    if (hasSome && !signal.aborted) load();
  };
  connection.addEventListener("typing.started", ({ detail }) => load(detail), { signal });
  sender.addEventListener("change", () => setTimeout(look, SENDING_SHOWN_AFTER_MS), { signal });
  document.addEventListener("parlour:room", look, { signal });
  addEventListener("storage", look, { signal });
  look();
}
