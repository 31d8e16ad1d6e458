// Sends the queue: first in, first out, one item in flight per room, until the server has answered. Sending is
// idempotent by `client_id`, so that a lost connection is no failure; only a refusal is one. Items that are held
// back, so that they can be undone, do not block later ones.

import { OTHER_HISTORY } from "../log/known-history.js";
import { frameOf } from "../messages/operations.js";
import { RateLimit } from "./rate-limit.js";

/** @import { KnownHistory, Stamp } from "../log/known-history.js" */
/** @import { Item, Queue } from "./queue.js" */
/** @import { Reply } from "../messages/operations.js" */
/** @import { Connection } from "./socket.js" */
/** @import { LogEvent, MessageCreated, MessageRefused } from "./protocol.js" */

const ANSWER_WITHIN_MS = 15_000;
/** Time that the tab that wrote an item has to send it before another tab does. */
const FOREIGN_HEADSTART_MS = 1_500;
/** Time that an item that another tab removed stays visible, until its event arrives here. */
const GHOST_MS = 3_000;
const DEFAULT_PAUSE_MS = 2_000;
const TEMPORARY = new Set(["rate", "busy", "closing"]);
/** For tests without a server: everything is of the same history. */
const ONE_HISTORY = { compare: () => ({ isSame: true, isSameRoom: true }), stamp: () => ({}) };

/**
 * @typedef {{item: Item, state: "waiting" | "sending" | "paused" | "held" | "refused", reason: string, code: string,
 *   until: number}} Pending
 * @typedef {{change: number, sent: {room: number, clientId: string, ms: number | null},
 *   changed: {room: number, item: Item, seq: number | null}, dropped: null}} SenderEvents
 */

/**
 * Dispatches "change" (`detail` = room), for a post "sent" (`detail` = {room, clientId, ms}), for a
 * change "changed" (`detail` = {room, item, seq}; `seq` null if nothing changed), and "dropped" for a
 * deletion, reaction or pin whose message belongs to another history.
 */
export class Sender extends /** @type {new () => TypedTarget<SenderEvents>} */ (EventTarget) {
  /** By room. @type {Map<number, {clientId: string, at: number, timer: Timer}>} */ #inFlight = new Map();
  /** By client id. @type {Map<string, {until: number, reason: string, code: string}>} */ #paused = new Map();
  /** By client id. @type {Map<string, number>} */ #notBefore = new Map();
  /** Items that another tab removed, by client id. @type {Map<string, Item>} */ #ghosts = new Map();
  /** By room. @type {Map<number, Timer>} */ #timers = new Map();
  /** The hello has the actual limit. */ #rateLimit = new RateLimit(10);
  /** The queue as this tab last saw it, to detect changes by other tabs. @type {Map<string, Item>} */
  #known = new Map();

  /** @param {Queue} queue  @param {Connection} connection  @param {Pick<KnownHistory, "compare" | "stamp">} history */
  constructor(queue, connection, history = ONE_HISTORY) {
    super();
    this.queue = queue;
    this.connection = connection;
    this.history = history;
    this.#remember();
    connection.addEventListener("session.hello", ({ detail: { limits } }) => {
      if (limits) this.#rateLimit = new RateLimit(limits.events_per_second);
    });
    connection.addEventListener("restarted", () => this.#ghosts.clear());
    connection.addEventListener("state", ({ detail }) => (detail === "open" ? this.pumpAll() : this.#stop()));
    connection.addEventListener("message.accepted", ({ detail }) => this.#settle(detail));
    connection.addEventListener("change.accepted", ({ detail }) => this.#settle(detail));
    connection.addEventListener("message.created", ({ detail }) => this.#isOwn(detail) && this.#settle(detail));
    connection.addEventListener("room.events", ({ detail: { room, events } }) => {
      for (const event of events) if (this.#isOwn(event)) this.#settle({ ...event, room });
    });
    connection.addEventListener("message.refused", ({ detail }) => this.#refused(detail));
  }

  /**
   * Queues a text for a room, optionally as an answer. It is stored when this returns.
   * @param {number} room  @param {string} body  @param {Reply | null | undefined} reply
   */
  post(room, body, reply) {
    return this.change(room, { op: "post", body, ...(reply ? { reply } : {}) });
  }

  /** Queues a change of a message, see operations.js. @param {number} room  @param {Partial<Item>} fields */
  change(room, fields) {
    const item = this.queue.add(room, fields);
    this.#known.set(item.clientId, item);
    this.#pump(room);
    this.#changed(room);
    return item;
  }

  /** Returns the posts, oldest first. @param {number} room */
  pending(room) {
    return this.#all(room).filter(({ item }) => item.op === "post");
  }

  /** Returns the changes of messages, oldest first. @param {number} room */
  changes(room) {
    return this.#all(room).filter(({ item }) => item.op !== "post");
  }

  /** @param {number} room */
  #all(room) {
    const ghosts = [...this.#ghosts.values()].filter((item) => item.room === room);
    const items = [...this.queue.all(room), ...ghosts].sort((a, b) => (a.key < b.key ? -1 : 1));
    let isHeldUp = false;
    return items.map((item) => {
      const one = this.#describe(item);
      // First in, first out: items behind a paused one wait.
      if (isHeldUp && one.state === "sending") one.state = "waiting";
      isHeldUp ||= one.state === "paused";
      return one;
    });
  }

  /** @param {string} clientId */
  retry(clientId) {
    const item = this.queue.find(clientId);
    if (!item) return;
    const renewed = this.queue.retry(item);
    this.#known.delete(clientId);
    this.#known.set(renewed.clientId, renewed);
    this.#pump(item.room);
    this.#changed(item.room);
  }

  /** @param {string} clientId */
  remove(clientId) {
    const item = this.queue.remove(clientId);
    this.#known.delete(clientId);
    if (item) this.#changed(item.room);
  }

  /** Removes and returns an item that was not sent; undefined if the server may have it. @param {string} clientId */
  withdraw(clientId) {
    const item = this.queue.find(clientId);
    if (!item || item.tried) return undefined;
    this.remove(clientId);
    this.#pump(item.room);
    return item;
  }

  /**
   * Checks the items of a room when its page opens: those of another history are not shown as being sent.
   * @param {number} room
   */
  settle(room) {
    for (const item of this.queue.all(room)) {
      // Without `seen`, because this page may have been rendered before another tab wrote the item.
      if (!item.refused) this.#fit(item, { ...item, seen: undefined });
    }
  }

  pumpAll() {
    for (const room of this.queue.rooms()) {
      this.#pump(room);
      this.#changed(room);
    }
  }

  /** Takes over what another tab of this person changed in the queue. */
  adopt() {
    const present = new Map(this.queue.all().map((item) => [item.clientId, item]));
    /** @type {Set<number>} */ const rooms = new Set();
    for (const [clientId, item] of this.#known) {
      if (!present.has(clientId)) rooms.add(this.#ghost(item).room);
    }
    for (const [clientId, item] of present) {
      if (!this.#known.has(clientId)) this.#notBefore.set(clientId, Date.now() + FOREIGN_HEADSTART_MS);
      rooms.add(item.room);
    }
    this.#known = present;
    for (const room of rooms) {
      this.#pump(room);
      this.#changed(room);
    }
  }

  #remember() {
    this.#known = new Map(this.queue.all().map((item) => [item.clientId, item]));
  }

  /** @param {Item} item  @returns {Pending} */
  #describe(item) {
    const paused = this.#paused.get(item.clientId);
    // On an open connection items behind another one count as "sending", because they wait only briefly.
    /** @type {Pending["state"]} */
    let state = this.connection.state === "open" || this.#ghosts.has(item.clientId) ? "sending" : "waiting";
    if (paused) state = "paused";
    if ((item.heldUntil ?? 0) > Date.now()) state = "held";
    if (item.refused) state = "refused";
    const { text, code } = item.refused ?? { text: paused?.reason, code: paused?.code };
    return { item, state, reason: text ?? "", code: code ?? "", until: paused?.until ?? 0 };
  }

  /** @param {number} room */
  #pump(room) {
    if (this.connection.state !== "open" || this.#inFlight.has(room)) return;
    const items = this.queue
      .all(room)
      .filter((candidate) => !candidate.refused)
      .flatMap((item) => this.#fit(item) ?? []);
    const item = items.find(({ heldUntil = 0 }) => heldUntil <= Date.now());
    if (!item) return this.#pumpHeld(room, items);
    const wait = this.#waitFor(item);
    if (wait > 0) return this.#pumpLater(room, wait);
    this.#paused.delete(item.clientId);
    if (!this.connection.send(frameOf(item))) return;
    this.queue.markTried(item);
    this.#pumpHeld(room, items);
    this.#rateLimit.take();
    const timer = setTimeout(() => this.#unanswered(room), ANSWER_WITHIN_MS);
    this.#inFlight.set(room, { clientId: item.clientId, at: performance.now(), timer });
  }

  /**
   * Adapts an item that was written in another history. A text is sent if its room is still the same, without the
   * id of the message that it answers. A change of a message is not sent, because the id may be another message now.
   * @param {Item} item  @param {Stamp} stamp  @returns {Item | null} what may be sent
   */
  #fit(item, stamp = item) {
    // The other tab that sends it may know events that this one does not.
    if ((this.#notBefore.get(item.clientId) ?? 0) > Date.now()) return item;
    const { isSame, isSameRoom } = this.history.compare(item.room, stamp);
    if (isSame) return item;
    if (item.op !== "post" || !isSameRoom) return this.#setAside(item);
    return this.queue.amend(item, { reply: undefined, ...this.history.stamp(item.room) });
  }

  /** Refuses an item, or drops it if it has no text that somebody could want back. @param {Item} item */
  #setAside(item) {
    if (item.body === undefined) {
      this.queue.remove(item.clientId);
      this.dispatchEvent(new Event("dropped"));
    } else {
      this.queue.amend(item, {
        op: "post",
        message: undefined,
        reply: undefined,
        refused: { code: OTHER_HISTORY, op: item.op },
      });
    }
    return null;
  }

  /** @param {Item} item */
  #waitFor({ clientId }) {
    const notBefore = Math.max(this.#paused.get(clientId)?.until ?? 0, this.#notBefore.get(clientId) ?? 0);
    return Math.max(notBefore - Date.now(), this.#rateLimit.wait);
  }

  /** @param {number} room  @param {number} ms */
  #pumpLater(room, ms) {
    clearTimeout(this.#timers.get(room));
    this.#timers.set(
      room,
      setTimeout(() => {
        this.#pump(room);
        this.#changed(room);
      }, ms),
    );
  }

  /** @param {number} room  @param {Item[]} items */
  #pumpHeld(room, items) {
    const times = items.map(({ heldUntil = 0 }) => heldUntil - Date.now()).filter((ms) => ms > 0);
    if (times.length > 0) this.#pumpLater(room, Math.min(...times));
  }

  /** Sends again, which is idempotent: the server repeats its first answer. @param {number} room */
  #unanswered(room) {
    this.#inFlight.delete(room);
    this.#pump(room);
  }

  /**
   * Returns whether this person wrote the message; others could reuse a `client_id` that they have seen.
   * @param {LogEvent} event  @returns {event is MessageCreated}
   */
  #isOwn(event) {
    return "author" in event && event.author?.id === this.queue.userId;
  }

  #stop() {
    for (const { timer } of this.#inFlight.values()) clearTimeout(timer);
    this.#inFlight.clear();
    for (const room of this.queue.rooms()) this.#changed(room);
  }

  /** @param {{room: number, client_id: string, seq: number | null}} options */
  #settle({ room, client_id: clientId, seq }) {
    const flight = this.#land(room, clientId);
    const item = this.queue.remove(clientId) ?? this.#ghosts.get(clientId);
    for (const memory of [this.#known, this.#ghosts, this.#paused, this.#notBefore]) memory.delete(clientId);
    if (!item) return;
    const ms = flight ? Math.round(performance.now() - flight.at) : null;
    if (item.op === "post") this.dispatchEvent(new CustomEvent("sent", { detail: { room, clientId, ms } }));
    else this.dispatchEvent(new CustomEvent("changed", { detail: { room, item, seq } }));
    this.#pump(room);
    this.#changed(room);
  }

  /** @param {MessageRefused} event */
  #refused({ room, client_id: clientId, code, text, retry_after_ms: retryAfter }) {
    this.#land(room, clientId);
    const item = this.queue.find(clientId);
    if (!item) return;
    if (retryAfter !== undefined || TEMPORARY.has(code)) {
      this.#paused.set(clientId, { until: Date.now() + (retryAfter ?? DEFAULT_PAUSE_MS), reason: text, code });
    } else if (code === OTHER_HISTORY) {
      this.#setAside(item);
    } else {
      this.queue.refuse(item, { code, text });
    }
    this.#pump(room);
    this.#changed(room);
  }

  /** @param {number} room  @param {string} clientId */
  #land(room, clientId) {
    const flight = this.#inFlight.get(room);
    if (flight?.clientId !== clientId) return undefined;
    clearTimeout(flight.timer);
    this.#inFlight.delete(room);
    return flight;
  }

  /** @param {Item} item */
  #ghost(item) {
    if (item.refused) return item;
    this.#ghosts.set(item.clientId, item);
    setTimeout(() => this.#ghosts.delete(item.clientId) && this.#changed(item.room), GHOST_MS);
    return item;
  }

  /** @param {number} room */
  #changed(room) {
    this.dispatchEvent(new CustomEvent("change", { detail: room }));
  }
}
