// Confirmation before a message is deleted. The deletion then waits in the queue for a while, so that it can be undone.

import { find } from "../page/elements.js";
import { cut } from "../page/plain-text.js";
import { quoteOf } from "./reply.js";

/** @import { Item } from "../live/queue.js" */

const UNDO_MS = 5_000;
const FIRST_CHARS = 80;

/**
 * @param {HTMLDialogElement} dialog
 * @param {(fields: Partial<Item>) => void} change puts a change into the queue
 * @returns {(message: HTMLElement) => void} asks for one message
 */
export function askToDelete(dialog, change) {
  const text = find(dialog, "#deleting-text");
  /** @type {HTMLElement} */ let message;
  find(dialog, "#deleting-cancel").addEventListener("click", () => dialog.close());
  find(dialog, "#deleting-submit").addEventListener("click", () => {
    dialog.close();
    change({ op: "delete", message: Number(message.dataset.id), heldUntil: Date.now() + UNDO_MS });
  });
  dialog.addEventListener("close", () => {
    // The menu that opened the dialog is hidden, and the message may have been replaced.
    document.getElementById(message.id)?.focus({ preventScroll: true });
  });
  return (asked) => {
    message = asked;
    text.textContent = cut(quoteOf(asked), FIRST_CHARS);
    dialog.showModal();
  };
}
