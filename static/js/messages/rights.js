// Permissions: what a person may do to a message. Pure, for tests. The server enforces them.

import { find } from "../page/elements.js";

/** @typedef {"reply" | "react" | "edit" | "pin" | "copy" | "unread" | "remind" | "details" | "delete"} Right */

/**
 * @param {{id: number, author: number, at: string, deleted: boolean}} message
 * @param {{userId: number, role: string, canPost: boolean, canPin: boolean, editWindowMs: number}} person
 * @returns {Set<Right>}
 */
export function allowed(message, { userId, role, canPost, canPin, editWindowMs }, now = Date.now()) {
  /** @type {Set<Right>} */ const rights = new Set();
  if (message.deleted) return rights;
  const isOwn = message.author === userId;
  if (canPost) rights.add("reply").add("react");
  if (canPost && isOwn && now - Date.parse(message.at) <= editWindowMs) rights.add("edit");
  if (canPost && canPin) rights.add("pin");
  rights.add("copy");
  if (!isOwn) rights.add("unread");
  rights.add("remind").add("details");
  if (isOwn || role === "moderator" || role === "owner") rights.add("delete");
  return rights;
}

/** Returns whether the message is shown as pinned. @param {HTMLElement} message */
export const isPinned = (message) => message.querySelector(".pinned") !== null;

/** Returns the facts of a message that permissions depend on. @param {HTMLElement} message */
export function factsOf(message) {
  const { id, author, at } = message.dataset;
  return { id: Number(id), author: Number(author), at, deleted: message.matches(".deleted") };
}

/**
 * Returns the source of a message, which the server adds to it. The text on the page is no source: the browser may have
 * translated it. @param {HTMLElement} message
 */
export const sourceOf = (message) => find(message, ".message-body").dataset.source ?? "";
