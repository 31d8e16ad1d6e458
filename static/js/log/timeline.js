// The messages of the open room in the order of `seq`. Applies each event once, in order; events that arrive early wait
// until the gap before them is filled.

import { elementFrom } from "../page/fragment.js";
import { localise } from "../page/times.js";
import { gapRow } from "./gaps.js";
import { regroup } from "./regroup.js";
import { swap } from "./swap.js";
/** @import { Gap, LogEvent, MessageChanged, RoomEvents } from "../live/protocol.js" */

export class Timeline {
  /** Events that arrived early, by `seq`. @type {Map<number, LogEvent>} */ #held = new Map();
  #asked = false;
  /** The collections of `collect`. @type {Set<{events: LogEvent[], isWhole: boolean}>} */ #collected = new Set();
  /** The last applied event that makes history pages rendered before it stale. */
  changedSeq = 0;

  /**
   * @param {{list: HTMLElement, lastSeq: number, room: number, resume: (after: number) => boolean,
   *   isNewest: () => boolean, inserted: (message: HTMLElement, event: LogEvent) => void,
   *   changed: (message: HTMLElement, event: LogEvent) => void, counted: (event: LogEvent) => void}} options
   *   `resume` requests the events after a number; false means that the connection is not open.
   *   While the page does not have the newest message, new ones are only counted.
   */
  constructor({ list, lastSeq, room, resume, isNewest, inserted, changed, counted }) {
    this.list = list;
    this.lastSeq = lastSeq;
    this.room = room;
    this.resume = resume;
    this.isNewest = isNewest;
    this.inserted = inserted;
    this.changed = changed;
    this.counted = counted;
  }

  /** Returns whether this message of the person waits behind a gap. @param {string} clientId */
  holds(clientId) {
    return [...this.#held.values()].some((event) => "client_id" in event && event.client_id === clientId);
  }

  /** Applies a live event; idempotent. @param {LogEvent} event */
  apply(event) {
    if (event.seq <= this.lastSeq) return;
    this.#held.set(event.seq, event);
    this.#release();
    if (this.#held.size > 0) this.#ask();
  }

  /**
   * Collects the new messages that are only counted, because a history page that is being fetched may lack them.
   * Returns the function that ends the collection and returns them in order; `isWhole` is false if there is a gap
   * between them.
   */
  collect() {
    /** @type {{events: LogEvent[], isWhole: boolean}} */
    const arrivals = { events: [], isWhole: true };
    this.#collected.add(arrivals);
    return () => {
      this.#collected.delete(arrivals);
      return arrivals;
    };
  }

  /**
   * Applies the answer to `room.resume`: all events after a number, or a gap and the newest messages.
   * @param {RoomEvents} event
   */
  catchUp({ events, missing, last_seq: lastSeq }) {
    this.#asked = false;
    if (missing && missing.to > this.lastSeq) this.#drawGap(missing);
    for (const event of events) if (event.seq > this.lastSeq) this.#happened(event);
    // The answer is complete: numbers that it leaves out belong to events that this person does not receive.
    this.lastSeq = Math.max(this.lastSeq, lastSeq);
    this.#release();
    if (this.#held.size > 0) this.#ask();
  }

  /** The server has another history, whose newest event is `lastSeq`. @param {number} lastSeq */
  restart(lastSeq) {
    this.#held.clear();
    this.#asked = false;
    this.lastSeq = lastSeq;
    this.changedSeq = 0;
  }

  /**
   * Requests what is missing after a hello; requests on the old socket are not answered any more.
   * @param {number} [serverLastSeq]
   */
  reconnected(serverLastSeq) {
    this.#asked = false;
    if (serverLastSeq === undefined || serverLastSeq > this.lastSeq || this.#held.size > 0) this.#ask();
  }

  #ask() {
    if (!this.#asked) this.#asked = this.resume(this.lastSeq);
  }

  #release() {
    for (const seq of this.#held.keys()) if (seq <= this.lastSeq) this.#held.delete(seq);
    for (let event = this.#held.get(this.lastSeq + 1); event; event = this.#held.get(this.lastSeq + 1)) {
      this.lastSeq += 1;
      this.#held.delete(this.lastSeq);
      this.#happened(event);
    }
  }

  /** @param {LogEvent} event */
  #happened(event) {
    if (!["message.created", "message.accepted"].includes(event.type)) this.changedSeq = event.seq;
    if (event.type === "message.changed") this.#replace(event);
    else if (event.html) this.#insert(event);
  }

  /** @param {LogEvent} event */
  #insert(event) {
    if (document.getElementById(`message-${event.id}`)) return;
    if (!this.isNewest()) {
      for (const { events } of this.#collected) events.push(event);
      return this.counted(event);
    }
    const message = messageFrom(event);
    document.getElementById("room-empty")?.remove();
    this.list.insertBefore(message, this.list.querySelector(".pending"));
    regroup(message);
    return this.inserted(message, event);
  }

  /** Replaces the message if the page shows it. The event has its whole state. @param {MessageChanged} event */
  #replace(event) {
    const old = document.getElementById(`message-${event.id}`);
    if (!old) return;
    const message = messageFrom(event);
    swap(old, message);
    regroup(message);
    this.changed(message, event);
  }

  /** Shows the gap, unless the `.later` row at the edge leads to what is missing. @param {Gap} missing */
  #drawGap(missing) {
    for (const arrivals of this.#collected) arrivals.isWhole = false;
    if (this.isNewest()) this.list.insertBefore(gapRow(this.room, missing), this.list.querySelector(".pending"));
  }
}

/** Builds the element of a message event, with times in the reader's time zone. @param {LogEvent} event */
export function messageFrom(event) {
  const message = /** @type {HTMLElement} */ (elementFrom(event.html ?? ""));
  localise(message);
  return message;
}
