// How a room opens: at its end if what is new fits there, otherwise with the first new message a
// third from the top. The line above it stays until something is sent, or Escape, or the next visit.

import { preferences } from "./preferences.js";

const FROM_THE_TOP = 1 / 3;

const divider = () => document.getElementById("new-messages");

/** Scrolls to the first new message if it is not in view; false if the end is the place to be. */
export function showFirstNew(log) {
  const line = divider();
  if (!line || !preferences().open_unread) return false;
  const [view, place] = [log.getBoundingClientRect(), line.getBoundingClientRect()];
  if (place.top >= view.top) return false;
  log.scrollTop += place.top - view.top - view.height * FROM_THE_TOP;
  return true;
}

/** Takes the line away without moving what is read. @param {(change: () => void) => void} keep */
export function dismissDivider(keep) {
  const line = divider();
  if (line) keep(() => line.remove());
}
