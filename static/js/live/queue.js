// Persistent outbox: posts and changes (operations.js) that the server has not answered, in the browser's storage,
// so that a reload, a crash or a closed tab loses nothing. Each item has its own key, which contains its order.

import { uuid } from "../page/uuid.js";

/** @import { Stamp } from "../log/known-history.js" */
/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { OperationItem } from "../messages/operations.js" */

/**
 * @typedef {{code: string, text?: string, op?: string}} Refused  `op`: it is the text of such a change
 *
 * @typedef {object} Envelope
 * @property {string} key
 * @property {number} room
 * @property {string} clientId
 * @property {number} [heldUntil]  not to be sent before this time
 * @property {boolean} [tried]  was sent: the server may have it, although it has not answered
 * @property {string} at  ISO time of writing, for display only
 * @property {Refused | null} refused
 * @property {string} [epoch]  @property {number} [seen]  @property {number} [made]  see known-history.js
 *
 * @typedef {Envelope & OperationItem} Item
 */

const DIGITS = 16;

export class Queue {
  #last = 0;

  /**
   * @param {BrowserMemory} storage  @param {number} userId
   * @param {{now?: () => number, stamp?: (room: number) => Stamp}} [options]
   */
  constructor(storage, userId, { now = Date.now, stamp = () => ({}) } = {}) {
    this.storage = storage;
    this.userId = userId;
    this.prefix = `parlour/queue/${userId}/`;
    this.now = now;
    this.stamp = stamp;
  }

  /**
   * Adds a text to post, or the fields of a change.
   * @param {number} room  @param {string | Partial<Item>} what  @returns {Item}
   */
  add(room, what) {
    const order = String(this.#nextOrder()).padStart(DIGITS, "0");
    /** @type {Partial<Item>} */
    const fields = typeof what === "string" ? { op: "post", body: what } : what;
    return this.#write(room, order, uuid(), {
      refused: null,
      ...fields,
      ...this.stamp(room),
      at: new Date(this.now()).toISOString(),
    });
  }

  /**
   * Returns all items that wait or were refused, of one room or of all, oldest first.
   * @param {number} [room]  @returns {Item[]}
   */
  all(room) {
    const prefix = room === undefined ? this.prefix : `${this.prefix}${room}/`;
    return this.storage.keys(prefix).flatMap((key) => this.#read(key) ?? []);
  }

  /** Returns the ids of the rooms that have items. */
  rooms() {
    return [...new Set(this.all().map((item) => item.room))];
  }

  /** @param {string} clientId */
  find(clientId) {
    return this.all().find((item) => item.clientId === clientId);
  }

  /** From now on the item cannot be withdrawn. @param {Item} item */
  markTried(item) {
    if (!item.tried) this.#write(item.room, orderOf(item.key), item.clientId, { ...item, tried: true });
  }

  /** Keeps the item from being sent until the person decides. @param {Item} item  @param {Refused} refused */
  refuse(item, refused) {
    this.amend(item, { refused });
  }

  /**
   * Replaces fields of an item in its place in the order; fields that are undefined are removed.
   * @param {Item} item  @param {Partial<Item>} fields
   */
  amend(item, fields) {
    return this.#write(item.room, orderOf(item.key), item.clientId, { ...item, ...fields });
  }

  /**
   * Queues a refused item again, at its old place. Takes a new id if the server knows the old one with another text.
   * @param {Item} item
   */
  retry(item) {
    const renewed = item.refused?.code === "conflict" ? uuid() : item.clientId;
    this.storage.remove(item.key);
    return this.#write(item.room, orderOf(item.key), renewed, { ...item, refused: null });
  }

  /** @param {string} clientId */
  remove(clientId) {
    const item = this.find(clientId);
    if (item) this.storage.remove(item.key);
    return item;
  }

  clear() {
    for (const key of this.storage.keys(this.prefix)) this.storage.remove(key);
  }

  /** Returns whether a `storage` event concerns this queue. @param {string | null} key */
  owns(key) {
    return key === null || key.startsWith(this.prefix);
  }

  // Monotonic, because a clock that is set back must not reorder messages.
  #nextOrder() {
    const orders = this.storage.keys(this.prefix).map((key) => Number(orderOf(key)));
    this.#last = Math.max(this.now() * 1000, this.#last + 1, ...orders.map((order) => order + 1));
    return this.#last;
  }

  /**
   * @param {number} room  @param {string} order  @param {string} clientId  @param {Partial<Item>} item
   * @returns {Item}
   */
  #write(room, order, clientId, item) {
    const key = `${this.prefix}${room}/${order}-${clientId}`;
    // The key has these three.
    const { key: _key, room: _room, clientId: _clientId, ...fields } = item;
    this.storage.set(key, JSON.stringify(fields));
    return /** @type {Item} */ ({ key, room, clientId, ...fields });
  }

  /** @param {string} key  @returns {Item | null} */
  #read(key) {
    const [room, name] = key.slice(this.prefix.length).split("/");
    try {
      const fields = { op: "post", ...JSON.parse(this.storage.get(key) ?? "") };
      return { key, room: Number(room), clientId: name.slice(DIGITS + 1), ...fields };
    } catch {
      return null;
    }
  }
}

/** @param {string} key */
function orderOf(key) {
  return key.slice(key.lastIndexOf("/") + 1).slice(0, DIGITS);
}
