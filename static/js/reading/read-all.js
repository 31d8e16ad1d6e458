// "Mark all read" with a button and Shift+Esc, and a short time to undo it.

import { keyOf } from "../page/keys.js";
import { showBadges } from "./attention.js";

/** @import { Connection } from "../live/socket.js" */

const UNDO_MS = 10_000;

/** @param {Connection} connection */
export function markAllRead(connection) {
  let closing = 0;
  /** @param {boolean} isOffered */
  const offerUndo = (isOffered) => {
    clearTimeout(closing);
    const button = document.getElementById("read-all-undo");
    if (!button) return;
    const hadFocus = document.activeElement === button;
    button.hidden = !isOffered;
    if (isOffered) closing = setTimeout(() => offerUndo(false), UNDO_MS);
    showBadges();
    if (hadFocus && !isOffered) document.querySelector("a[data-conversation]")?.focus();
  };
  /** Marks everything read, or unread again; false without a connection. */
  const send = (isUndo = false) => {
    const isSent = connection.send({ type: isUndo ? "rooms.unread" : "rooms.read" });
    if (isSent) offerUndo(!isUndo);
    return isSent;
  };
  // Without a connection the form is submitted.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "read-all") return;
    if (send(event.submitter?.id === "read-all-undo")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (keyOf(event) !== "Escape" || !event.shiftKey) return;
    if (send()) event.preventDefault();
  });
  // The server renders the undo button for a minute; hide it earlier here.
  if (document.getElementById("read-all-undo")?.hidden === false) offerUndo(true);
}
