// Fetches the page of a chosen room. Retries without a connection, because a navigation would
// replace the page, and the box, with an error of the browser.

import { retryDelay } from "../live/backoff.js";
import { askForPage } from "../page/fragment.js";
import { Lifetime } from "../page/lifetime.js";

/** @import { Connection } from "../live/socket.js" */

const ANSWER_WITHIN_MS = 15_000;

export class Arrival {
  #lifetime = new Lifetime();
  #attempt = 0;
  #timer = 0;
  /** Of the present attempt. */ #asking = new AbortController();

  /** @param {string} address  @param {Connection} connection */
  constructor(address, connection) {
    this.address = address;
    /** The page, or null if the server refuses it. @type {Promise<Document | null>} */
    this.page = new Promise((resolve) => {
      this.resolve = resolve;
      this.#ask();
    });
    const { signal } = this.#lifetime;
    // A request that started before the connection was back may never be answered.
    /** @param {CustomEvent<string>} event */
    const changed = ({ detail }) => detail === "open" && this.#attempt > 0 && this.#ask();
    connection.addEventListener("state", changed, { signal });
  }

  /** The page is not wanted any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#lifetime.end();
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#timer = setTimeout(() => this.#ask(), ANSWER_WITHIN_MS);
    try {
      const page = await askForPage(this.address, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.stop();
      this.resolve?.(page);
    } catch {
      if (asking.signal.aborted) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), retryDelay(this.#attempt));
      this.#attempt += 1;
    }
  }
}
