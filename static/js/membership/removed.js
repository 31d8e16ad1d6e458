// Closes a room on its open pages when the person left it or was removed; what was typed is kept.

import { shown } from "../page/shown.js";
/** @import { Queue } from "../live/queue.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { RoomState } from "../live/protocol.js" */

/** @param {Connection} connection  @param {{storage: BrowserMemory, queue: Queue, userId: number}} options */
export function closeRemoved(connection, options) {
  /** Whether the room of the page is closed already. */ let isClosed = false;
  document.addEventListener("parlour:room", () => {
    isClosed = false;
  });
  /** @param {number} room */
  const close = (room) => {
    if (isClosed) return;
    isClosed = true;
    import("./gone.js").then(
      ({ showGone }) => isClosed && showGone(room, options),
      () => {
        // The next connection finds that the room is missing.
        isClosed = false;
      },
    );
  };
  /** @param {RoomState} state */
  const isShown = ({ room, created_ms: created }) => {
    const { about, made } = shown();
    return room === about && created === (made ?? created);
  };
  connection.addEventListener("room.removed", ({ detail }) => detail.room === shown().about && close(detail.room));
  // The room is missing after an interruption: its page tells whether the person is still a member.
  connection.addEventListener("session.hello", async ({ detail: { rooms } }) => {
    const { about } = shown();
    if (about === null || rooms.some(isShown)) return;
    // In another history of the server another room can have the id.
    const isAnother = rooms.some(({ room }) => room === about);
    if ((isAnother || (await isGone(`/rooms/${about}/`))) && shown().about === about) close(about);
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
