// Delivery states of the person's own messages, as text and picture. Pure except for the functions that build elements.

import { build } from "../page/elements.js";
import { say } from "../page/words.js";

/**
 * The known facts about a message of the person.
 * @typedef {object} Known
 * @property {"waiting" | "behind" | "sending" | "sent"} sending  how far it got to the server; "behind" waits for
 *   the message before, not for the connection
 * @property {string} [time]  when it was sent, in words
 * @property {number | null} [ms]  from sending to the server's answer, if this browser measured it
 * @property {{count: number, of: number} | null} [delivered]  how many of the others have it; null where nobody asks
 * @property {boolean} [isDirect]  a conversation of two
 */

/**
 * @typedef {object} State
 * @property {"waiting" | "sending" | "sent" | "delivered"} name  also the picture: clock, ring, tick, two ticks
 * @property {string} word  the text beside the message
 * @property {string} details  the title of the state
 */

/** @param {Known} known  @returns {State} */
export function stateOf({ sending, time, ms = null, delivered = null, isDirect = false }) {
  if (sending !== "sent") {
    const word = say(`js-${sending}`);
    return { name: sending === "behind" ? "waiting" : sending, word, details: word };
  }
  let sent = time ? say("js-sent-time", { time }) : say("js-sent");
  if (time && ms !== null) sent = say("js-sent-at", { time, ms });
  if (!delivered || delivered.of === 0 || delivered.count === 0)
    return { name: "sent", word: say("js-sent"), details: sent };
  if (isDirect) return { name: "delivered", word: say("js-delivered"), details: `${say("js-delivered")} · ${sent}` };
  const counted = say("js-delivered-to", { count: delivered.count, all: delivered.of });
  const name = delivered.count === delivered.of ? "delivered" : "sent";
  return { name, word: say(`js-${name}`), details: `${sent}, ${counted}` };
}

/** Builds the line under a message that the server refused. @param {string} words  @param {HTMLElement[]} buttons */
export function refusalLine(words, ...buttons) {
  return build("div", { className: "refusal" }, build("span", { role: "alert" }, words), ...buttons);
}

/**
 * Builds the picture with its text. It has its own direction, so that it does not change that of the message.
 * @param {Pick<State, "name" | "word">} state
 */
export function stateElement({ name, word }) {
  const words = build("span", name === "sending" ? { className: "vh" } : {}, word);
  // The blank separates it from the last word of the message, in what assistive technology reads. The state changes with
  // every step of the message: screen readers read it with the message, and do not announce it.
  const fields = { className: `message-state state-${name}`, dir: "auto", ariaLive: "off" };
  return build("span", fields, " ", words);
}
