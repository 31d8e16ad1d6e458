// Shortcuts on the focused message. Letters only if the person has not turned them off.

import { keyOf } from "../page/keys.js";
import { preferences } from "../preferences/preferences.js";

/** @import { Right } from "./rights.js" */

/** @type {Record<string, Right>} */
const LETTERS = { r: "reply", e: "edit", "+": "react", p: "pin", c: "copy", u: "unread" };

/**
 * @param {HTMLElement} log
 * @param {{menu: (message: HTMLElement) => void, act: (what: Right, message: HTMLElement) => void}} actions
 */
export function listenToKeys(log, { menu, act }) {
  log.addEventListener("keydown", (event) => {
    const message = event.target;
    if (!message.matches("article.message[data-id]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const what = event.key === "Delete" ? "delete" : preferences().letter_keys && LETTERS[event.key];
    if (keyOf(event) === "Enter") menu(message);
    else if (what) act(what, message);
    else return;
    event.preventDefault();
  });
}
