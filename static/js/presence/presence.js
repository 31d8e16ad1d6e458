// Who is here: a dot and a word wherever the page names a person (`data-presence-of`), and what this tab
// tells of its own person.

import { say } from "../page/words.js";
/** @import { Connection } from "../live/socket.js" */
/** @import { PresenceState } from "../live/protocol.js" */

const IDLE_MS = 5 * 60_000;
const LOOK_EVERY_MS = 15_000;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel", "focus"];

/**
 * "online" while the tab is in sight and was used in the last five minutes. Pure, for tests.
 * @param {{visible: boolean, idleMs: number}} options
 */
export function ownState({ visible, idleMs }) {
  return visible && idleMs < IDLE_MS ? "online" : "away";
}

let lastUse = Date.now();
/** What the server takes the present connection for. */
let told = "";

const present = () => ownState({ visible: document.visibilityState === "visible", idleMs: Date.now() - lastUse });

/** How a connection that is about to open counts. */
export function presenceQuery() {
  told = present();
  return told === "away" ? "?presence=away" : "";
}

/** @param {Connection} connection */
export function followPresence(connection) {
  /** person → "online" or "away" */
  /** @type {Map<number, PresenceState>} */ const here = new Map();
  /** @param {HTMLElement} element */
  const show = (element) => {
    const state = here.get(Number(element.dataset.presenceOf)) ?? "offline";
    if ("presenceWord" in element.dataset) element.textContent = say(`js-${state}`);
    else element.dataset.presence = state;
  };
  const showAll = () => connection.hello && document.querySelectorAll("[data-presence-of]").forEach(show);
  connection.addEventListener("session.hello", ({ detail }) => {
    here.clear();
    for (const id of detail.online) here.set(id, "online");
    for (const id of detail.away ?? []) here.set(id, "away");
    showAll();
  });
  connection.addEventListener("presence.changed", ({ detail: { user, state } }) => {
    if (state === "offline") here.delete(user);
    else here.set(user, state);
    document.querySelectorAll(`[data-presence-of="${user}"]`).forEach(show);
  });
  document.addEventListener("parlour:swapped", showAll);
  tellOwn(connection);
}

/** Others see this person online while one tab is used, away while others are open. @param {Connection} connection */
function tellOwn(connection) {
  const word = document.getElementById("my-presence");
  const tell = () => {
    const state = present();
    if (connection.state === "open" && state !== told && connection.send({ type: "presence.set", state })) told = state;
    if (word && connection.state !== "connecting")
      word.textContent = say(connection.state === "open" ? `js-${state}` : "js-offline");
  };
  const used = () => {
    const wasIdle = Date.now() - lastUse >= IDLE_MS;
    lastUse = Date.now();
    if (wasIdle) tell();
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, used, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") lastUse = Date.now();
    tell();
  });
  connection.addEventListener("state", tell);
  setInterval(tell, LOOK_EVERY_MS);
}
