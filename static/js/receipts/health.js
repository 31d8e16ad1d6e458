// Delivery times of the open room, shown in its head. Requested after each hello and, while the page is visible, every
// ten seconds.

import { find } from "../page/elements.js";
import { say } from "../page/words.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Connection } from "../live/socket.js" */
/** @import { RoomHealth } from "../live/protocol.js" */

const ASK_EVERY_MS = 10_000;

/** @param {Connection} connection  @param {{room: number, lifetime: Lifetime}} options */
export function followHealth(connection, { room, lifetime }) {
  const { signal } = lifetime;
  const ask = () => connection.send({ type: "room.status", room });
  const askIfSeen = () => document.visibilityState === "visible" && ask();
  connection.addEventListener("session.hello", ask, { signal });
  connection.inRoom(room, signal)("room.health", (health) => {
    // In the head of the room, which may have been replaced.
    const line = document.getElementById("room-health");
    if (line) show(line, health);
  });
  document.addEventListener("visibilitychange", askIfSeen, { signal });
  lifetime.every(ASK_EVERY_MS, askIfSeen);
  if (connection.state === "open") ask();
}

/** @param {HTMLElement} line  @param {RoomHealth} event */
function show(line, { delivered, of }) {
  line.hidden = !delivered;
  if (!delivered) return;
  const { p50_ms: p50, p99_ms: p99 } = delivered;
  find(line, ".health-short").textContent = say("js-health", { half: p50 });
  find(line, ".health-long").textContent = say("js-health-more", { most: p99 });
  line.title = say(`js-health-of-${of}`);
}
