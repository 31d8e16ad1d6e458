// Loads what belongs to the list of conversations when it is needed, so that opening a page does not wait for it: the
// menu and the filter (row-menu.js, list-filter.js) when the pointer or the focus first comes into the list, and what
// rows say of typing, drafts and sending (line-states.js) when somebody types, or has left a text.

import { draftPrefix } from "../messages/drafts.js";
import { once } from "../page/once.js";

/** @import { Typing } from "../live/protocol.js" */
/** @import { Sender } from "../live/sender.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** @typedef {{connection: Connection, sender: Sender, storage: BrowserMemory, userId: number}} Sources */

/** @param {Sources} sources */
export function offerListActs(sources) {
  // The list itself is replaced at times.
  /** @type {HTMLElement | null | undefined} */ const side = document.getElementById("conversations")?.closest(".side");
  if (!side) return;
  offerMenu(sources.connection, side);
  showStates(sources);
}

/** @param {Connection} connection  @param {HTMLElement} side */
function offerMenu(connection, side) {
  const load = once(
    () => Promise.all([import("./row-menu.js"), import("./list-filter.js")]),
    ([{ RowMenu }, { ListFilter }], /** @type {HTMLElement} */ target) => {
      new RowMenu(connection, side).show(target);
      new ListFilter(side);
    },
  );
  for (const sign of /** @type {const} */ (["pointerover", "focusin"]))
    side.addEventListener(sign, ({ target }) => load(target), { passive: true });
  // The first touch may be a long press, which cannot wait.
  if (navigator.maxTouchPoints > 0) connection.addEventListener("session.hello", () => load(side));
}

/** @param {Sources} sources */
function showStates({ connection, sender, storage, userId }) {
  const load = once(
    () => import("./line-states.js"),
    ({ followStates }, /** @type {Typing | undefined} */ typing) =>
      followStates({ connection, sender, storage, userId, typing }),
  );
  const look = () => {
    if (storage.keys(draftPrefix(userId)).length > 0 || sender.queue.rooms().length > 0) load(undefined);
  };
  connection.addEventListener("typing.started", ({ detail }) => load(detail));
  // What is typed may have to wait for the connection, without which nothing can be loaded.
  document.addEventListener("input", () => load(undefined));
  document.addEventListener("parlour:room", look);
  addEventListener("storage", look);
  look();
}
