// Why somebody is not notified of a message. Pure; the server has the same rule for its explanations
// (chat/reading/models/notifying.rs), and one table of cases tests both.

import { cut, oneLine } from "../page/plain-text.js";

/**
 * Returns all reasons against a notification; without one the person is notified.
 * @param {{own: boolean, blocked: boolean, level: string, called: boolean, quiet: boolean, snoozed: boolean}} facts
 * @returns {string[]}
 */
export function against({ own, blocked, level, called, quiet, snoozed }) {
  if (own) return ["own"];
  /** @type {string[]} */ const reasons = [];
  if (blocked) reasons.push("blocked");
  if (level === "hidden") reasons.push("hidden");
  if (level === "nothing") reasons.push("nothing");
  if (level === "mentions" && !called) reasons.push("mentions");
  if (quiet) reasons.push("quiet");
  if (snoozed) reasons.push("snoozed");
  return reasons;
}

const EXCERPT_CHARS = 120;

/** Returns one line of at most 120 characters. @param {string} text */
export function excerpt(text) {
  return cut(oneLine(text), EXCERPT_CHARS);
}

/**
 * Returns the title: the author, and the room unless it is a conversation of two.
 * @param {string} author  @param {{kind: string, name: string}} options
 */
export function titleOf(author, { kind, name }) {
  return kind === "direct" ? author : `${author} (${name})`;
}
