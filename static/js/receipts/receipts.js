// Delivery receipts: reports which events this browser has, as one range per room, coalesced for all rooms and
// throttled to one report in 250 ms.

/** @import { Connection } from "../live/socket.js" */
/** @import { Received, RoomEvents, RoomState } from "../live/protocol.js" */

const AT_MOST_EVERY_MS = 250;
/** A room that is further behind waits until it is opened. */
const CATCH_UP_AT_MOST = 50;
const NUMBERED = /** @type {const} */ (["message.created", "message.changed", "member.changed", "room.changed"]);

export class Receipts {
  /** By room. @type {Map<number, {from: number, to: number, at: number | null, told: boolean}>} */ #ranges = new Map();
  /** Rooms whose receipts the server wants. @type {Set<number>} */ #wanted = new Set();
  #timer = 0;
  #lastTold = -Infinity;
  /** Rooms whose missed events are requested, one after the other. @type {{room: number, after: number}[]} */
  #behind = [];

  /**
   * @param {Connection} connection
   * @param {{room: number | null, now?: () => number}} options `room` is open, and requests its events itself; it may change
   */
  constructor(connection, { room, now = () => performance.now() }) {
    this.connection = connection;
    this.room = room;
    this.now = now;
    connection.addEventListener("restarted", () => this.#ranges.clear());
    connection.addEventListener("session.hello", ({ detail }) => this.#greeted(detail.rooms));
    connection.addEventListener("room.events", ({ detail }) => this.#caughtUp(detail));
    for (const type of NUMBERED) {
      connection.addEventListener(type, ({ detail }) => {
        this.has(detail.room, detail.seq, detail.seq, { isLive: true });
      });
    }
  }

  /**
   * Records that this browser has the events `from` to `to` of `room`.
   * @param {number} room  @param {number} from  @param {number} to
   */
  has(room, from, to, { isLive = false } = {}) {
    const known = this.#ranges.get(room);
    if (known && to <= known.to && from >= known.from) return;
    const joins = known && from <= known.to + 1 && to >= known.from - 1;
    if (known && !joins && !known.told) this.#tell();
    const range = joins ? { from: Math.min(from, known.from), to: Math.max(to, known.to) } : { from, to };
    this.#ranges.set(room, { ...range, at: isLive ? this.now() : null, told: false });
    this.#tellSoon();
  }

  /**
   * Reports all ranges again, because the server may have lost those of an earlier socket.
   * @param {RoomState[]} rooms
   */
  #greeted(rooms) {
    const asked = rooms.filter(({ received }) => received !== undefined);
    this.#wanted = new Set(asked.map(({ room }) => room));
    for (const range of this.#ranges.values()) Object.assign(range, { told: false, at: null });
    this.#tellSoon();
    this.#behind = asked
      .filter(({ room, last_seq: last, received }) => {
        const has = Math.max(received ?? 0, this.#ranges.get(room)?.to ?? 0);
        return room !== this.room && last > has && last - has <= CATCH_UP_AT_MOST;
      })
      .map(({ room, received = 0 }) => ({ room, after: received }));
    this.#askNext();
  }

  /** @param {RoomEvents} event */
  #caughtUp({ room, after, last_seq: last, missing }) {
    if (last > 0) this.has(room, missing ? missing.to + 1 : after + 1, last);
    if (this.#behind[0]?.room !== room) return;
    this.#behind.shift();
    this.#askNext();
  }

  #askNext() {
    const [next] = this.#behind;
    if (next) this.connection.send({ type: "room.resume", ...next });
  }

  #tellSoon() {
    const wait = this.#lastTold + AT_MOST_EVERY_MS - this.now();
    if (wait <= 0) return this.#tell();
    this.#timer ||= setTimeout(() => this.#tell(), wait);
  }

  #tell() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const [room, range] of this.#ranges) {
      if (range.told || !this.#wanted.has(room)) continue;
      /** @type {Received} */
      const event = { type: "room.received", room, from: range.from, to: range.to };
      // Events that were requested say nothing about the delivery time.
      if (range.at !== null) event.waited_ms = Math.max(0, Math.round(this.now() - range.at));
      range.told = this.connection.send(event);
      this.#lastTold = this.now();
    }
  }
}
