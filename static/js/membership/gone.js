// Replaces a room that the person is not in any more by a page that says so and gives back what was typed. Loaded when
// that happens.

import { Draft, giveBack, joined } from "../messages/drafts.js";
import { byId, find } from "../page/elements.js";
/** @import { Queue } from "../live/queue.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/** @param {number} room  @param {{storage: BrowserMemory, queue: Queue, userId: number}} options */
export function showGone(room, { storage, queue, userId }) {
  /** @type {HTMLTemplateElement | null} */ const template = document.getElementById("room-gone");
  if (!template) return;
  const main = byId("main");
  document.dispatchEvent(new CustomEvent("parlour:save"));
  document.dispatchEvent(new CustomEvent("parlour:leaving"));
  main.className = "pane";
  main.replaceChildren(template.content.cloneNode(true));
  // What was sent without a connection and cannot arrive any more, and what was not sent.
  const unsent = queue.all(room).map(({ body }) => body);
  giveBack(main, joined(...unsent, new Draft(storage, userId, room).load()));
  find(main, "h1").focus();
}
