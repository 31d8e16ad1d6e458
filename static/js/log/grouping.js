// Grouping: when a message follows one of the same author, and does not repeat name and avatar. Pure, for tests.

import { dayKey } from "../page/times.js";

const TOGETHER_MS = 5 * 60_000;

/**
 * Returns whether `current` is grouped with `previous`.
 * @typedef {{author: string, at: string, isReply?: boolean, isNotice?: boolean, isDeleted?: boolean}} Facts
 * @param {Facts} previous  @param {Facts} current
 */
export function follows(previous, current) {
  if (previous.author !== current.author || current.isReply || current.isNotice || current.isDeleted) return false;
  if (previous.isNotice || previous.isDeleted) return false;
  // Absolute, because clocks differ, so that a later message can have an earlier time. The server has the same rule.
  const gap = Math.abs(Date.parse(current.at) - Date.parse(previous.at));
  return gap <= TOGETHER_MS && dayKey(previous.at) === dayKey(current.at);
}
