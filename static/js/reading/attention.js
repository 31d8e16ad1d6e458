// Connects the unread counts with the socket, the badges and the open page.

import { pageData, userId } from "../page/data.js";
import { shown } from "../page/shown.js";
import { Badges } from "./badges.js";
import { isLookedAt } from "./reader.js";
import { requests } from "./requests.js";
import { Unread } from "./unread.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { ServerEvents } from "../live/protocol.js" */
/** @import { Lifetime } from "../page/lifetime.js" */

/** Debounces requests for a snapshot; a jitter spreads those of many browsers. */
const ASK_WITHIN_MS = 300;

export const unread = new Unread(userId, pageData?.folded);

let atEnd = () => false;
/** Sets how to find out whether the newest message of the open room is in view. @param {() => boolean} isAtEnd */
export const watchEnd = (isAtEnd) => {
  atEnd = isAtEnd;
};

/**
 * Returns whether the person looks at the end of the room, so that new messages there are read at once.
 * @param {number} room
 */
export const isInView = (room) => shown().room === room && isLookedAt() && atEnd();

const badges = new Badges(unread, isInView, () => requests.count);
export const showBadges = () => badges.show();

// Without this cookie the server marks pages as read when it renders them (chat/pages/visit.rs).
// biome-ignore lint/suspicious/noDocumentCookie: cookieStore exists only on https
document.cookie = "parlour_script=1; path=/; max-age=604800; samesite=lax";

/**
 * Calls `changed` when somebody is blocked or unblocked, here or in another tab.
 * @param {Connection} connection  @param {Lifetime} lifetime  @param {() => void} changed
 */
export function followBlocks(connection, { signal }, changed) {
  let known = unread.blocked().join();
  const compare = () => {
    const now = unread.blocked().join();
    if (now === known) return;
    known = now;
    changed();
  };
  for (const type of /** @type {const} */ (["session.hello", "unread.told", "relation.changed"])) {
    connection.addEventListener(type, compare, { signal });
  }
}

/** @param {Connection} connection */
export function followUnread(connection) {
  let asking = 0;
  const ask = () => {
    clearTimeout(asking);
    asking = setTimeout(
      () => {
        if (connection.send({ type: "unread.ask" })) unread.asking();
      },
      ASK_WITHIN_MS * (0.5 + Math.random() / 2),
    );
  };
  /**
   * @template {keyof ServerEvents} Type
   * @param {Type} type
   * @param {(event: ServerEvents[Type]) => boolean | void} apply  returns true if a snapshot is needed
   */
  const on = (type, apply) =>
    connection.addEventListener(type, ({ detail }) => {
      if (apply(detail)) ask();
      showBadges();
    });
  const adopted = () => document.dispatchEvent(new CustomEvent("parlour:unread"));
  connection.addEventListener("restarted", () => unread.forget());
  on("session.hello", (snapshot) => {
    unread.greeted(snapshot);
    adopted();
  });
  on("unread.told", (snapshot) => {
    const isOvertaken = unread.told(snapshot);
    adopted();
    return isOvertaken;
  });
  on("message.created", (event) => unread.created(event));
  on("message.changed", (event) => unread.changed(event));
  on("read.moved", (event) => unread.moved(event));
  on("level.changed", (event) => unread.level(event));
  on("member.changed", ({ room, change, user }) => {
    if (user.id !== userId) return false;
    if (change === "left") unread.gone(room);
    return true;
  });
  // A room was added or removed, or somebody was blocked: the counts may be different.
  on("room.removed", ({ room }) => unread.gone(room));
  on("room.added", () => {
    unread.overtake();
    return true;
  });
  on("relation.changed", (event) => unread.related(event));
  document.addEventListener("parlour:swapped", showBadges);
  for (const event of ["focus", "blur"]) addEventListener(event, showBadges);
  document.addEventListener("visibilitychange", showBadges);
}
