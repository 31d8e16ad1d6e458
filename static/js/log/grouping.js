// When messages belong together, and which day they are of. Pure: no page, so that tests need none.

const TOGETHER_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** The local day of a time, "2026-11-23". */
export function dayKey(time) {
  const date = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

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

/**
 * Which words a day divider takes: "today", "yesterday", "weekday", "year-less" or "full".
 * @param {string} key  @param {string} today  both as from `dayKey`
 */
export function dayStyle(key, today) {
  // Noon is safe from the hour that summer time takes or gives.
  const days = Math.round((Date.parse(`${today}T12:00Z`) - Date.parse(`${key}T12:00Z`)) / DAY_MS);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  if (days > 1 && days < 7) return "weekday";
  return key.slice(0, 4) === today.slice(0, 4) ? "year-less" : "full";
}
