// How many messages a page keeps, and which go when there are more. Pure: no page, so that tests need none.

/** A page of history, as the server gives it. */
export const PAGE = 50;
/** Messages that stand in the page at most; the others are a request away. */
export const MOST = 400;

/**
 * What to drop so that `adding` messages fit: whole pages, at the end that the reader is further from.
 * @param {{count: number, adding: number, reading: number}} options  `reading` is the index of the message being read
 * @returns {null | {atStart: boolean, drop: number}}
 */
export function overflow({ count, adding, reading }) {
  const excess = count + adding - MOST;
  if (excess <= 0) return null;
  const atStart = reading >= count / 2;
  // What is read stays, however much there is.
  const droppable = atStart ? reading : count - 1 - reading;
  return { atStart, drop: Math.min(Math.ceil(excess / PAGE) * PAGE, Math.max(0, droppable)) };
}
