// Delivery times of the open room, shown in its head. Requested after each hello and, while the page is visible, every
// ten seconds.

import { find } from "../page/elements.js";
import { say } from "../page/words.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { RoomHealth } from "../live/protocol.js" */

const ASK_EVERY_MS = 10_000;

/**
 * @param {Connection} connection
 * @param {{room: number, line: HTMLElement | null}} options `line` is in the head of the room
 */
export function followHealth(connection, { room, line }) {
  const ask = () => connection.send({ type: "room.status", room });
  const askIfSeen = () => document.visibilityState === "visible" && ask();
  connection.addEventListener("session.hello", ask);
  connection.addEventListener("room.health", ({ detail }) => detail.room === room && line && show(line, detail));
  document.addEventListener("visibilitychange", askIfSeen);
  setInterval(askIfSeen, ASK_EVERY_MS);
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
