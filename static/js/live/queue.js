// What the server has not answered yet, messages and changes of messages (operations.js): in the
// browser's memory, so that a reload, a crash or a closed tab loses nothing. One key for each; the
// order is part of the key.

import { uuid } from "../page/uuid.js";
/** @import { Stamp } from "../log/known-history.js" */
/** @import { BrowserMemory } from "../page/storage.js" */

/**
 * @typedef {{id: number, author: string, text: string}} Reply
 * @typedef {{code: string, text?: string, op?: string}} Refused  `op`: it is the text of such a change
 *
 * @typedef {object} Item
 * @property {string} key
 * @property {number} room
 * @property {string} clientId
 * @property {"post" | "edit" | "delete" | "react"} op
 * @property {string} [body]  of a post or an edit
 * @property {Reply | null} [reply]  what a post answers
 * @property {number} [message]  id of the message that is changed
 * @property {string} [emoji]  @property {boolean} [on]  of a reaction
 * @property {number} [heldUntil]  not to be sent before this time
 * @property {boolean} [tried]  was sent: the server may have it, although it has not answered
 * @property {string} at  ISO time of writing, for display only
 * @property {Refused | null} refused
 * @property {string} [epoch]  @property {number} [seen]  @property {number} [made]  see known-history.js
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
   * A text to post, or the fields of a change. @returns {Item}
   * @param {number} room  @param {string | Partial<Item>} what
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
   * All that waits or is refused, of one room or of all, oldest first. @returns {Item[]}
   * @param {number} [room]
   */
  all(room) {
    const prefix = room === undefined ? this.prefix : `${this.prefix}${room}/`;
    return this.storage.keys(prefix).flatMap((key) => this.#read(key) ?? []);
  }

  /** Ids of the rooms that have something waiting. */
  rooms() {
    return [...new Set(this.all().map((item) => item.room))];
  }

  /** @param {string} clientId */
  find(clientId) {
    return this.all().find((item) => item.clientId === clientId);
  }

  /** From now on it cannot be taken back. @param {Item} item */
  markTried(item) {
    if (!item.tried) this.#write(item.room, orderOf(item.key), item.clientId, { ...item, tried: true });
  }

  /** The item steps aside until the person decides. @param {Item} item  @param {Refused} refused */
  refuse(item, refused) {
    this.amend(item, { refused });
  }

  /**
   * The item with other fields, at its place; those that are undefined go.
   * @param {Item} item  @param {Partial<Item>} fields
   */
  amend(item, fields) {
    return this.#write(item.room, orderOf(item.key), item.clientId, { ...item, ...fields });
  }

  /**
   * Back into line, at its old place. A new id where the server knows the old one with another text.
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

  /** Is this a key of this queue? For `storage` events. @param {string | null} key */
  owns(key) {
    return key === null || key.startsWith(this.prefix);
  }

  // A clock that is set back must not let a later message overtake an earlier one.
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
    // What the key says is not said again.
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
