// Log of what this browser did with recent messages, which answers "why was I not notified": the server knows the
// settings, and only the browser knows what was on its screen.

/** @import { BrowserMemory } from "../page/storage.js" */

const MOST = 200;

export class Decisions {
  /** @param {BrowserMemory} storage @param {number} userId */
  constructor(storage, userId) {
    this.storage = storage;
    this.key = `parlour/decisions/${userId}`;
  }

  /** @param {number} message  @param {string} outcome the end of a key `js-here-…` */
  note(message, outcome) {
    const kept = this.#all().filter(([known]) => known !== message);
    this.storage.set(this.key, JSON.stringify([...kept, [message, outcome]].slice(-MOST)));
  }

  /** @param {number} message id  @returns {string | undefined} */
  of(message) {
    return this.#all().find(([known]) => known === message)?.[1];
  }

  clear() {
    this.storage.remove(this.key);
  }

  #all() {
    try {
      const all = JSON.parse(this.storage.get(this.key) ?? "[]");
      return Array.isArray(all) ? all : [];
    } catch {
      return [];
    }
  }
}
