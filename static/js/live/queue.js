// What the server has not answered yet, messages and changes of messages (operations.js): in the
// browser's memory, so that a reload, a crash or a closed tab loses nothing. One key for each; the
// order is part of the key.

import { uuid } from "../page/uuid.js";

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {number} room
 * @property {string} clientId
 * @property {"post" | "edit" | "delete" | "react"} op
 * @property {string} [body]  of a post or an edit
 * @property {{id: number, author: string, text: string}} [reply]  what a post answers
 * @property {number} [message]  id of the message that is changed
 * @property {string} [emoji]  @property {boolean} [on]  of a reaction
 * @property {number} [heldUntil]  not to be sent before this time
 * @property {boolean} [tried]  was sent: the server may have it, although it has not answered
 * @property {string} at  ISO time of writing, for display only
 * @property {null | {code: string, text: string, op?: string}} refused  `op`: it is the text of such a change
 * @property {string} [epoch]  @property {number} [seen]  @property {number} [made]  see known-history.js
 */

const DIGITS = 16;

export class Queue {
  #last = 0;

  /**
   * @param {import("../page/storage.js").BrowserMemory} storage  @param {number} userId
   * @param {{now?: () => number, stamp?: (room: number) => import("../log/known-history.js").Stamp}} [options]
   */
  constructor(storage, userId, { now = Date.now, stamp = () => ({}) } = {}) {
    this.storage = storage;
    this.userId = userId;
    this.prefix = `parlour/queue/${userId}/`;
    this.now = now;
    this.stamp = stamp;
  }

  /** A text to post, or the fields of a change. @returns {Item} */
  add(room, what) {
    const order = String(this.#nextOrder()).padStart(DIGITS, "0");
    const fields = typeof what === "string" ? { op: "post", body: what } : what;
    return this.#write(room, order, uuid(), {
      refused: null,
      ...fields,
      ...this.stamp(room),
      at: new Date(this.now()).toISOString(),
    });
  }

  /** All that waits or is refused, of one room or of all, oldest first. @returns {Item[]} */
  all(room) {
    const prefix = room === undefined ? this.prefix : `${this.prefix}${room}/`;
    return this.storage
      .keys(prefix)
      .map((key) => this.#read(key))
      .filter(Boolean);
  }

  /** Ids of the rooms that have something waiting. */
  rooms() {
    return [...new Set(this.all().map((item) => item.room))];
  }

  find(clientId) {
    return this.all().find((item) => item.clientId === clientId);
  }

  /** From now on it cannot be taken back. */
  markTried(item) {
    if (!item.tried) this.#write(item.room, orderOf(item.key), item.clientId, { ...item, tried: true });
  }

  /** The item steps aside until the person decides. */
  refuse(item, refused) {
    this.amend(item, { refused });
  }

  /** The item with other fields, at its place; those that are undefined go. */
  amend(item, fields) {
    return this.#write(item.room, orderOf(item.key), item.clientId, { ...item, ...fields });
  }

  /** Back into line, at its old place. A new id where the server knows the old one with another text. */
  retry(item) {
    const renewed = item.refused?.code === "conflict" ? uuid() : item.clientId;
    this.storage.remove(item.key);
    return this.#write(item.room, orderOf(item.key), renewed, { ...item, refused: null });
  }

  remove(clientId) {
    const item = this.find(clientId);
    if (item) this.storage.remove(item.key);
    return item;
  }

  clear() {
    for (const key of this.storage.keys(this.prefix)) this.storage.remove(key);
  }

  /** Is this a key of this queue? For `storage` events. */
  owns(key) {
    return key === null || key.startsWith(this.prefix);
  }

  // A clock that is set back must not let a later message overtake an earlier one.
  #nextOrder() {
    const orders = this.storage.keys(this.prefix).map((key) => Number(orderOf(key)));
    this.#last = Math.max(this.now() * 1000, this.#last + 1, ...orders.map((order) => order + 1));
    return this.#last;
  }

  #write(room, order, clientId, item) {
    const key = `${this.prefix}${room}/${order}-${clientId}`;
    // What the key says is not said again.
    const { key: _key, room: _room, clientId: _clientId, ...fields } = item;
    this.storage.set(key, JSON.stringify(fields));
    return { key, room, clientId, ...fields };
  }

  #read(key) {
    const [room, name] = key.slice(this.prefix.length).split("/");
    try {
      const fields = { op: "post", ...JSON.parse(this.storage.get(key)) };
      return { key, room: Number(room), clientId: name.slice(DIGITS + 1), ...fields };
    } catch {
      return null;
    }
  }
}

function orderOf(key) {
  return key.slice(key.lastIndexOf("/") + 1).slice(0, DIGITS);
}
