// Eviction: how many messages a page keeps, and which ones go when there are more. Pure: tests need no page.

/** Number of messages in a history page. */
export const PAGE = 50;
/** Largest number of messages in the log; the others are fetched when the reader comes near. */
export const MOST = 400;

/**
 * Returns what to drop so that `adding` messages fit: whole pages, at the end that is further from the reader.
 * @param {{count: number, adding: number, reading: number}} options  `reading` is the index of the message being read
 * @returns {null | {atStart: boolean, drop: number}}
 */
export function overflow({ count, adding, reading }) {
  const excess = count + adding - MOST;
  if (excess <= 0) return null;
  const atStart = reading >= count / 2;
  // Never the message that is being read.
  const droppable = atStart ? reading : count - 1 - reading;
  return { atStart, drop: Math.min(Math.ceil(excess / PAGE) * PAGE, Math.max(0, droppable)) };
}
