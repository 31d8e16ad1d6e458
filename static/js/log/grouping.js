// Grouping: when a message stands under the one before without a head of its own. Pure: tests need no page.

import { dayKey } from "../page/times.js";

const TOGETHER_MS = 5 * 60_000;

/**
 * Does `current` stand under `previous` without an own head?
 * @typedef {{author: string, at: string, isReply?: boolean, isNotice?: boolean, isDeleted?: boolean}} Facts
 * @param {Facts} previous  @param {Facts} current
 */
export function follows(previous, current) {
  if (previous.author !== current.author || current.isReply || current.isNotice || current.isDeleted) return false;
  if (previous.isNotice || previous.isDeleted) return false;
  // "Before" comes from clocks that differ, not from order. The same rule as in the server's view.rs.
  const gap = Math.abs(Date.parse(current.at) - Date.parse(previous.at));
  return gap <= TOGETHER_MS && dayKey(previous.at) === dayKey(current.at);
}
