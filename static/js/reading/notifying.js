// Why somebody is not notified of a message. Pure; the server decides the same (models/notifying.rs)
// when it explains afterwards, and one table of cases tests both.

/**
 * What speaks against a notification, all of it; nothing means that there is one.
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

/** One line of at most 120 characters. @param {string} body */
export function excerpt(body) {
  const line = body.trim().replaceAll(/\s+/g, " ");
  const letters = [...line];
  return letters.length > EXCERPT_CHARS ? `${letters.slice(0, EXCERPT_CHARS - 1).join("")}…` : line;
}

/**
 * The title: who, and where if that is not the same.
 * @param {string} author  @param {{kind: string, name: string}} options
 */
export function titleOf(author, { kind, name }) {
  return kind === "direct" ? author : `${author} (${name})`;
}
