// Presence: a dot and a word wherever the page names a person (`data-presence-of`), and the state of this tab, which is
// reported to the server.

import { say } from "../page/words.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { PresenceState } from "../live/protocol.js" */

const IDLE_MS = 5 * 60_000;
const LOOK_EVERY_MS = 15_000;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel", "focus"];

/**
 * Returns "online" if the tab is visible and was used in the last five minutes, otherwise "away". Pure, for tests.
 * @param {{visible: boolean, idleMs: number}} options
 */
export function ownState({ visible, idleMs }) {
  return visible && idleMs < IDLE_MS ? "online" : "away";
}

let lastUse = Date.now();
/** The state that the server has of this connection. */
let told = "";

const present = () => ownState({ visible: document.visibilityState === "visible", idleMs: Date.now() - lastUse });

/** Returns the query of a new connection, which sets its first state. */
export function presenceQuery() {
  told = present();
  return told === "away" ? "?presence=away" : "";
}

/** @param {Connection} connection */
export function followPresence(connection) {
  /** By person. */
  /** @type {Map<number, PresenceState>} */ const here = new Map();
  /** @param {HTMLElement} element */
  const show = (element) => {
    const state = here.get(Number(element.dataset.presenceOf)) ?? "offline";
    if ("presenceWord" in element.dataset) element.textContent = say(`js-${state}`);
    else element.dataset.presence = state;
  };
  // The head of a room says who else is online; `pane.rs` has the same rule.
  const showInHead = () => {
    const line = document.getElementById("head-here");
    if (!line) return;
    /** @type {[number, string][]} */ const others = JSON.parse(line.dataset.others ?? "[]");
    const names = others.filter(([id]) => here.get(id) === "online").map(([, name]) => name);
    line.hidden = names.length === 0;
    line.textContent = say("js-online-count", { count: names.length + 1 });
    line.title = names.join(", ");
  };
  const showAll = () => {
    if (!connection.hello) return;
    document.querySelectorAll("[data-presence-of]").forEach(show);
    showInHead();
  };
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
    showInHead();
  });
  document.addEventListener("parlour:swapped", showAll);
  tellOwn(connection);
}

/**
 * Reports the state of this tab, and shows it. The server combines those of all tabs.
 * @param {Connection} connection
 */
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
