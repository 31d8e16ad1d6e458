// What a person may do to a message. Pure, for tests; the server decides again.

/**
 * @param {{id: number, author: number, at: string, deleted: boolean}} message
 * @param {{userId: number, role: string, canPost: boolean, editWindowMs: number}} person
 * @returns {Set<"reply" | "react" | "edit" | "copy" | "unread" | "details" | "delete">}
 */
export function allowed(message, { userId, role, canPost, editWindowMs }, now = Date.now()) {
  const rights = new Set();
  if (message.deleted) return rights;
  const isOwn = message.author === userId;
  if (canPost) rights.add("reply").add("react");
  if (canPost && isOwn && now - Date.parse(message.at) <= editWindowMs) rights.add("edit");
  rights.add("copy");
  if (!isOwn) rights.add("unread");
  rights.add("details");
  if (isOwn || role === "moderator" || role === "owner") rights.add("delete");
  return rights;
}

/** The facts of a message in the log that the server knows. @param {HTMLElement} message */
export function factsOf(message) {
  const { id, author, at } = message.dataset;
  return { id: Number(id), author: Number(author), at, deleted: message.matches(".deleted") };
}

/** What was typed: where the markup does not say it, the server does. */
export function sourceOf(message) {
  const text = message.querySelector(".message-text");
  return message.querySelector(".message-body").dataset.source || text.textContent;
}
