// Closes a room on its open pages when the person left it or was removed; what was typed is kept.

import { Draft, giveBack } from "../messages/drafts.js";
import { byId, find } from "../page/elements.js";
import { shown } from "../page/shown.js";
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { RoomState } from "../live/protocol.js" */

/** @param {Connection} connection  @param {{storage: BrowserMemory, userId: number}} options */
export function closeRemoved(connection, { storage, userId }) {
  /** Whether the room of the page is closed already. */ let isClosed = false;
  document.addEventListener("parlour:room", () => {
    isClosed = false;
  });
  const close = () => {
    /** @type {HTMLTemplateElement | null} */ const template = document.getElementById("room-gone");
    if (isClosed || !template) return;
    isClosed = true;
    const main = byId("main");
    document.dispatchEvent(new CustomEvent("parlour:save"));
    document.dispatchEvent(new CustomEvent("parlour:leaving"));
    main.className = "pane";
    main.replaceChildren(template.content.cloneNode(true));
    giveBack(main, new Draft(storage, userId, shown().about ?? 0).load());
    find(main, "h1").focus();
  };
  /** @param {RoomState} state */
  const isShown = ({ room, created_ms: created }) => {
    const { about, made } = shown();
    return room === about && created === (made ?? created);
  };
  connection.addEventListener("room.removed", ({ detail }) => detail.room === shown().about && close());
  // The room is missing after an interruption: its page tells whether the person is still a member.
  connection.addEventListener("session.hello", async ({ detail: { rooms } }) => {
    const { about } = shown();
    if (about === null || rooms.some(isShown)) return;
    // In another history of the server another room can have the id.
    const isAnother = rooms.some(({ room }) => room === about);
    if ((isAnother || (await isGone(`/rooms/${about}/`))) && shown().about === about) close();
  });
}

/** @param {string} path */
async function isGone(path) {
  try {
    const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "error" });
    return answer.status === 404;
  } catch {
    return false;
  }
}
