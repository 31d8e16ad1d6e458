// Fallback transport with the interface of a WebSocket, for networks that block those: server-sent events for incoming
// events, and one HTTP request at a time for outgoing ones, so that they stay in order.

import { fetchToken, token } from "../page/form-tokens.js";

/** @import { Connection } from "./socket.js" */

const OPEN = 1;
const CLOSED = 3;
const LOST = 1006;
const FORBIDDEN = 403;
const BUSY = 503;
const AGAIN_MS = 500;
const AT_MOST = 32;

export class EventStream {
  readyState = 0;
  /** @type {((event: {data: string}) => unknown) | null} */ onmessage = null;
  /** @type {((event: {code: number}) => unknown) | null} */ onclose = null;
  #name = "";
  /** @type {string[]} */ #waiting = [];
  #isPosting = false;

  /**
   * @param {EventSource} source
   * @param {(name: string, body: string) => Promise<{ok: boolean, status: number}>} post
   */
  constructor(source, post) {
    this.source = source;
    this.post = post;
    source.addEventListener("stream", ({ data }) => {
      this.#name = data;
      this.readyState = OPEN;
    });
    source.addEventListener("close", ({ data }) => this.#end(JSON.parse(data).code));
    source.onmessage = ({ data }) => this.readyState === OPEN && this.onmessage?.({ data });
    // EventSource would reconnect by itself; Connection does that, with its back-off.
    source.onerror = () => this.#end(LOST);
  }

  /** @param {string} text */
  send(text) {
    this.#waiting.push(text);
    this.#pump();
  }

  close() {
    this.readyState = CLOSED;
    this.source.close();
  }

  async #pump() {
    if (this.#isPosting) return;
    this.#isPosting = true;
    while (this.#waiting.length > 0 && this.readyState === OPEN) {
      const batch = this.#waiting.slice(0, AT_MOST);
      const answer = await this.#say(`[${batch.join(",")}]`);
      if (answer === "taken") this.#waiting.splice(0, batch.length);
      else if (answer === "busy") await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      else this.#end(LOST);
    }
    this.#isPosting = false;
  }

  /** @param {string} body */
  async #say(body) {
    try {
      const { ok, status } = await this.post(this.#name, body);
      if (ok) return "taken";
      return status === BUSY ? "busy" : "lost";
    } catch {
      return "lost";
    }
  }

  /** @param {number} code */
  #end(code) {
    if (this.readyState === CLOSED) return;
    this.close();
    this.onclose?.({ code });
  }
}

/** Opens the stream of this site for the signed-in person. @param {string} query */
export function openStream(query) {
  /** @param {string} name  @param {string} body */
  const post = (name, body) =>
    fetch(`/events/${name}/`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token() },
      body,
    });
  return new EventStream(new EventSource(`/events/${query}`), async (name, body) => {
    const answer = await post(name, body);
    // A restored server refuses the token of this page.
    return answer.status === FORBIDDEN && (await fetchToken()) ? post(name, body) : answer;
  });
}

const REST_AFTER_MS = 30_000;
/** Browsers open at most six connections to a site, including those for pages and forms. */
const STREAMS_AT_MOST = 4;
const LOCK = "parlour/stream";

/**
 * Pauses the streams of hidden tabs beyond the first few until they are visible again, because otherwise they
 * use up all connections of the browser.
 * @param {Connection} connection
 */
export function pauseWhenHidden(connection) {
  let timer = 0;
  /** @type {null | ((ended?: unknown) => void)} */ let release = null;
  const restIfMany = async () => {
    if (!connection.usesFallback || document.visibilityState === "visible") return;
    if ((await countStreams()) > STREAMS_AT_MOST) connection.pause();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(restIfMany, REST_AFTER_MS);
  });
  connection.addEventListener("state", () => {
    if (!connection.usesFallback) {
      release?.();
      release = null;
    } else if (!release && navigator.locks) {
      release = () => {};
      navigator.locks.request(
        LOCK,
        { mode: "shared" },
        () =>
          new Promise((resolve) => {
            release = resolve;
          }),
      );
    }
  });
}

/** Returns how many tabs of this browser have a stream; infinity where browsers do not tell. */
async function countStreams() {
  if (!navigator.locks) return Infinity;
  const { held = [] } = await navigator.locks.query();
  return held.filter(({ name }) => name === LOCK).length;
}
