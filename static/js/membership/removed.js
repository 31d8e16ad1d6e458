// Closes a room on its open pages when the person left it or was removed; what was typed is kept.

import { pageData } from "../page/data.js";
import { byId, find } from "../page/elements.js";
/** @import { Connection } from "../live/socket.js" */
/** @import { RoomState } from "../live/protocol.js" */

/** The room that the page shows or is about. */
export const shownRoom = pageData?.room ?? pageData?.about ?? null;

/** @param {Connection} connection */
export function closeRemoved(connection) {
  /** @type {HTMLTemplateElement | null} */ const template = document.getElementById("room-gone");
  if (shownRoom === null || !template) return;
  const close = () => {
    const main = byId("main");
    if (!template.isConnected) return;
    document.dispatchEvent(new CustomEvent("parlour:save"));
    document.dispatchEvent(new CustomEvent("parlour:leaving"));
    main.className = "pane";
    main.replaceChildren(template.content.cloneNode(true));
    template.remove();
    find(main, "h1").focus();
  };
  /** @param {RoomState} state */
  const isShown = ({ room, created_ms: made }) => room === shownRoom && made === (pageData?.created_ms ?? made);
  connection.addEventListener("room.removed", ({ detail }) => detail.room === shownRoom && close());
  // The room is missing after an interruption: its page tells whether the person is still a member.
  connection.addEventListener("session.hello", async ({ detail: { rooms } }) => {
    if (rooms.some(isShown)) return;
    // In another history of the server another room can have the id.
    const isAnother = rooms.some(({ room }) => room === shownRoom);
    if (isAnother || (await isGone(`/rooms/${shownRoom}/`))) close();
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
