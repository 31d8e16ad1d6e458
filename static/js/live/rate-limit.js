// Rate limit of what this tab sends (sliding window), so that sending a queue after an outage stays
// within the limits of the server.

const WINDOW_MS = 1000;
/** The rest is for typing, heartbeat and catching up. */
const SHARE = 0.8;

export class RateLimit {
  /** @type {number[]} */ #taken = [];

  /** @param {number} perSecond what the server accepts from one socket */
  constructor(perSecond, now = Date.now) {
    this.most = Math.max(1, Math.floor(perSecond * SHARE));
    this.now = now;
  }

  /** Milliseconds until the next event may go; 0 means now. */
  get wait() {
    const from = this.now() - WINDOW_MS;
    this.#taken = this.#taken.filter((time) => time > from);
    return this.#taken.length < this.most ? 0 : this.#taken[0] - from;
  }

  take() {
    this.#taken.push(this.now());
  }
}
