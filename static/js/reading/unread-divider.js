// The unread divider: a room opens at its end if the new messages fit there, otherwise with the first of them a third
// from the top. The divider stays until something is sent, Escape is pressed, or the next visit.

import { regroup } from "../log/regroup.js";
import { lineOf } from "../log/scroll.js";
import { build } from "../page/elements.js";
import { say } from "../page/words.js";
import { preferences } from "../preferences/preferences.js";

/** @import { LogScroll } from "../log/scroll.js" */

const FROM_THE_TOP = 1 / 3;

const divider = () => document.getElementById("new-messages");

/** Scrolls to the first new message if it is not in view at the end. @param {LogScroll} scroll */
export function showFirstNew(scroll) {
  const line = divider();
  const next = line?.nextElementSibling;
  const first = /** @type {HTMLElement | null | undefined} */ (next?.closest("article") ?? next?.nextElementSibling);
  if (!line || !first || !preferences().open_unread) return;
  const { log } = scroll;
  const top = line.getBoundingClientRect().top;
  if (top >= log.getBoundingClientRect().top) return;
  const above = lineOf(first).getBoundingClientRect().top - top;
  scroll.show(first, log.clientHeight * FROM_THE_TOP + above);
}

/**
 * Returns whether unread messages begin at the divider, or no: it stays from an earlier visit, or there is none.
 * @param {number} readSeq  the read cursor
 */
export function isAtUnread(readSeq) {
  let element = divider()?.nextElementSibling;
  while (element && !element.matches("article[data-seq]")) element = element.nextElementSibling;
  return (
    element !== null && element !== undefined && Number(/** @type {HTMLElement} */ (element).dataset.seq) > readSeq
  );
}

/** Puts the divider above an unread message, or above the row of a gap. @param {HTMLElement} message */
export function placeDivider(message) {
  const old = divider();
  const after = old?.nextElementSibling;
  old?.remove();
  if (after?.matches("article.message")) regroup(/** @type {HTMLElement} */ (after));
  const words = say("js-new-line");
  const fields = {
    className: "new-messages",
    id: "new-messages",
    role: "separator",
    ariaLabel: words,
    ariaLive: "off",
  };
  message.before(build("div", fields, build("span", {}, words)));
  if (message.matches("article.message")) regroup(message);
}

/** Removes the divider; `keep` keeps the view in its place. @param {(change: () => void) => void} keep */
export function dismissDivider(keep) {
  const line = divider();
  if (!line) return;
  const next = line.nextElementSibling;
  keep(() => {
    line.remove();
    if (next?.matches("article.message")) regroup(/** @type {HTMLElement} */ (next));
  });
}
