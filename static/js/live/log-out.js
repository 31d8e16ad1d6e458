// Log-out: removes what this browser stores for the person, after a question if something is unsent.

import { draftPrefix } from "../messages/drafts.js";
import { byId } from "../page/elements.js";
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { Queue } from "./queue.js" */
/** @import { Connection } from "./socket.js" */

/** @param {{connection: Connection, queue: Queue, storage: BrowserMemory, userId: number}} options */
export function guardLogOut({ connection, queue, storage, userId }) {
  /** @type {HTMLFormElement} */ const form = byId("log-out");
  /** @type {HTMLDialogElement} */ const dialog = byId("unsent");
  const drafts = () => storage.keys(draftPrefix(userId));
  const leave = () => {
    // Before the drafts are removed, so that no box saves its text again while the page unloads.
    document.dispatchEvent(new CustomEvent("parlour:leaving"));
    connection.end();
    queue.clear();
    storage.forget(userId);
  };
  form.addEventListener("submit", (event) => {
    document.dispatchEvent(new CustomEvent("parlour:save"));
    if (queue.all().length === 0 && drafts().length === 0) return leave();
    event.preventDefault();
    dialog.returnValue = "";
    return dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "leave") return;
    leave();
    form.submit();
  });
}
