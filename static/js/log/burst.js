// Coalesces what screen readers announce of the log: each message, but in a burst only a summary.

import { sayCount } from "../page/words.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const WITHIN_MS = 5_000;
const MOST = 3;
const QUIET_MS = 2_500;

/**
 * Returns whether more than three messages came in five seconds. Pure, for tests.
 * @param {number[]} times  @param {number} now
 */
export function isBurst(times, now) {
  return times.filter((time) => now - time < WITHIN_MS).length > MOST;
}

export class Burst {
  /** @type {number[]} */ #times = [];
  #count = 0;
  /** @type {Set<number>} */ #people = new Set();
  #timer = 0;

  /**
   * @param {HTMLElement} log role=log  @param {HTMLElement} status role=status, for the summary
   * @param {Lifetime} lifetime
   */
  constructor(log, status, lifetime) {
    this.log = log;
    this.status = status;
    lifetime.atEnd(() => clearTimeout(this.#timer));
  }

  /** Call before a message of somebody else is inserted. @param {number} author */
  arrived(author) {
    const now = performance.now();
    this.#times = [...this.#times.filter((time) => now - time < WITHIN_MS), now];
    if (this.#timer === 0 && !isBurst(this.#times, now)) return;
    this.#count += 1;
    this.#people.add(author);
    this.log.setAttribute("aria-live", "off");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#summarise(), QUIET_MS);
  }

  #summarise() {
    const people = sayCount("js-burst-people", this.#people.size);
    this.status.textContent = sayCount("js-burst", this.#count, { people });
    this.#count = 0;
    this.#people.clear();
    this.#timer = 0;
    this.#times = [];
    this.log.removeAttribute("aria-live");
  }
}
