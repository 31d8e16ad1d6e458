// Reconnects before the back-off is over when there is a reason: the network is back, or the person
// returns to the page or types.

/** @import { Connection } from "./socket.js" */

const CLOCK_EVERY_MS = 5_000;
const SLEPT_MS = 30_000;
const IMPATIENCE_MS = 1_000;

/** @param {Connection} connection */
export function wakeOn(connection) {
  let lastTry = 0;
  const tryNow = () => {
    if (Date.now() - lastTry < IMPATIENCE_MS) return;
    lastTry = Date.now();
    connection.probe();
  };
  addEventListener("online", tryNow);
  addEventListener("focus", tryNow);
  // A page from the back/forward cache has lost its socket.
  addEventListener("pageshow", ({ persisted }) => persisted && connection.renew());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryNow());
  addEventListener("offline", () => connection.suspend());
  firstKeystroke(connection, tryNow);
  watchClock(connection);
}

/**
 * Only the first key of an interruption triggers an attempt. Otherwise every key would bypass the back-off.
 * @param {Connection} connection  @param {() => void} tryNow
 */
function firstKeystroke(connection, tryNow) {
  let spent = false;
  connection.addEventListener("state", ({ detail }) => {
    if (detail === "open") spent = false;
  });
  document.addEventListener("keydown", () => {
    if (spent || connection.state !== "waiting") return;
    spent = true;
    tryNow();
  });
}

/**
 * A clock that jumped means that the device slept. Hidden tabs only ping, because browsers throttle their timers.
 * @param {Connection} connection
 */
function watchClock(connection) {
  let last = Date.now();
  setInterval(() => {
    const jumped = Date.now() - last - CLOCK_EVERY_MS > SLEPT_MS;
    last = Date.now();
    if (!jumped) return;
    if (document.visibilityState === "visible") connection.renew();
    else connection.probe();
  }, CLOCK_EVERY_MS);
}
