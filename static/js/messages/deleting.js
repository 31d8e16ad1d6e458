// Confirmation before a message is deleted. The deletion then waits in the queue for a while, so that it can be undone.

import { byId } from "../page/elements.js";
import { cut } from "../page/plain-text.js";
import { quoteOf } from "./reply.js";

/** @import { Item } from "../live/queue.js" */

const UNDO_MS = 5_000;
const FIRST_CHARS = 80;

/**
 * Asks whether to delete a message. The handlers replace those of the message before.
 * @param {HTMLElement} message  @param {(fields: Partial<Item>) => void} change puts a change into the queue
 */
export function askToDelete(message, change) {
  /** @type {HTMLDialogElement} */ const dialog = byId("deleting");
  byId("deleting-text").textContent = cut(quoteOf(message), FIRST_CHARS);
  byId("deleting-cancel").onclick = () => dialog.close();
  byId("deleting-submit").onclick = () => {
    dialog.close();
    change({ op: "delete", message: Number(message.dataset.id), heldUntil: Date.now() + UNDO_MS });
  };
  // The menu that opened the dialog is hidden, and the message may have been replaced.
  dialog.onclose = () => document.getElementById(message.id)?.focus({ preventScroll: true });
  dialog.showModal();
}
