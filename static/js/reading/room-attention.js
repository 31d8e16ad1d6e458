// Read tracking of the open room: what is read, who has seen what, the unread divider, and announcements.

import { Burst } from "../log/burst.js";
import { userId } from "../page/data.js";
import { byId } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { showBadges, unread, watchEnd } from "./attention.js";
import { Reader } from "./reader.js";
import { SeenMarks } from "./seen.js";
import { dismissDivider, isAtUnread, placeDivider, showFirstNew } from "./unread-divider.js";
/** @import { Connection } from "../live/socket.js" */
/** @import { SessionHello } from "../live/protocol.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { LogScroll } from "../log/scroll.js" */

/**
 * @param {{connection: Connection, list: HTMLElement, room: number, isDirect: boolean, scroll: LogScroll,
 *   lifetime: Lifetime}} options
 */
export function trackReading({ connection, list, room, isDirect, scroll, lifetime }) {
  const { signal } = lifetime;
  const { log } = scroll;
  /** @param {() => void} change */
  const keep = (change) => scroll.keep(change);
  const on = connection.inRoom(room, signal);
  const reader = new Reader({
    log,
    list,
    tell: (seq) => connection.state === "open" && connection.send({ type: "room.read", room, seq }),
    read(seq) {
      unread.read(room, seq);
      showBadges();
    },
    // Messages in a gap are unread until the reader has passed it.
    limit() {
      const gap = scroll.atEnd ? null : list.querySelector(".missing");
      return gap ? Number(gap.dataset.from) - 1 : Infinity;
    },
    lifetime,
  });
  const seen = new SeenMarks({
    list,
    userId,
    isDirect,
    ask: () => connection.send({ type: "seen.ask", room }),
    keep,
    lifetime,
  });
  const burst = new Burst(log, byId("log-status"), lifetime);
  watchEnd(() => scroll.atEnd && !reader.isHeld);
  lifetime.atEnd(() => watchEnd(() => false));

  on(
    "message.created",
    ({ author }) => author.id !== userId && !unread.isBlocked(author.id) && burst.arrived(author.id),
  );
  on("read.seen", (event) => seen.moved(event));
  on("seen.told", (event) => seen.told(event.seen));
  let known = unread.state(room)?.read_seq ?? 0;
  on("read.moved", ({ read_seq: seq }) => {
    // Marked unread, here or on another device: viewing the room must not mark it read again.
    if (seq < known) reader.hold();
    known = seq;
  });
  const restarted = () => {
    reader.restart();
    seen.told([]);
  };
  /** @param {CustomEvent<SessionHello>} event */
  const greeted = ({ detail }) => {
    const state = detail.rooms.find((one) => one.room === room);
    known = state?.read_seq ?? 0;
    if (state) reader.reconnected(known);
    seen.askSoon();
  };
  connection.addEventListener("restarted", restarted, { signal });
  connection.addEventListener("session.hello", greeted, { signal });
  for (const type of /** @type {const} */ ([
    "relation.changed",
    "person.changed",
    "preferences.changed",
    "seen.changed",
  ])) {
    connection.addEventListener(type, () => seen.askSoon(), { signal });
  }
  /** @param {KeyboardEvent} event */
  const pressed = (event) => keyOf(event) === "Escape" && !event.shiftKey && dismissDivider(keep);
  document.addEventListener("keydown", pressed, { signal });
  if (connection.state === "open") seen.askSoon();

  return {
    /** Scrolls to the first new message, if it is not in view at the end. */
    open: () => showFirstNew(scroll),
    /**
     * Messages arrived while nobody looked: puts the divider above the first of them, unless an earlier one is unread.
     * The log follows its end only as long as the divider is in view.
     * @param {HTMLElement} first  a message, or the row of a gap
     */
    missed(first) {
      if (!isAtUnread(unread.state(room)?.read_seq ?? 0)) keep(() => placeDivider(first));
      showFirstNew(scroll);
    },
    /** Puts the divider above a new message. @param {HTMLElement} message */
    mark: (message) => keep(() => placeDivider(message)),
    /** The person sent a message: removes the unread divider. */
    sent: () => dismissDivider(keep),
    /** Marks the message and all after it unread, on all devices. @param {HTMLElement} message */
    markUnread(message) {
      // Report the newest position first. Otherwise the server still has an earlier one, and sends no `read.moved`.
      reader.tellNow();
      reader.hold();
      keep(() => placeDivider(message));
      connection.send({ type: "room.unread", room, seq: Number(message.dataset.seq) });
      showBadges();
    },
  };
}
