// The connection: one WebSocket per tab, with heartbeat and automatic reconnect. Dispatches each event of the server
// under its own type ("message.created", …) with `detail` = the event.

import { restartDelay, retryDelay } from "./backoff.js";

/** @import { KnownHistory } from "../log/known-history.js" */
/** @import { ClientEvent, EventsOfRooms, ServerEvents, SessionHello } from "./protocol.js" */

const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;
const OPEN_WITHIN_MS = 5_000;
/** After this many sockets in a row that did not open although the site was reachable, uses the fallback. */
const REFUSED_SOCKETS = 2;
const TRY_SOCKET_EVERY_MS = 60_000;
const SIGNED_OUT = 4401;
const RESTART = 1012;
const LOST = 1006;

/** @typedef {"connecting" | "open"| "waiting" | "ended"} State */
/**
 * @typedef {{state: State, restarted: SessionHello, restored: SessionHello, "signed-out": string}} OwnEvents
 * @typedef {ServerEvents & OwnEvents} ConnectionEvents
 *
 * @typedef {object} Socket  what a connection uses of a `WebSocket`
 * @property {number} readyState  @property {(text: string) => void} send  @property {() => void} close
 * @property {((event: MessageEvent) => unknown) | null} onmessage
 * @property {((event: CloseEvent) => unknown) | null} onclose
 */

export class Connection extends /** @type {new () => TypedTarget<ConnectionEvents>} */ (EventTarget) {
  /** @type {State} */ state = "waiting";
  /** The last `session.hello`, or null before the first. @type {SessionHello | null} */
  hello = null;
  /** @type {Socket | null} */ #socket = null;
  #attempt = 0;
  #timer = 0;
  #pinger = 0;
  #deadline = 0;
  /** @type {number | null} */ #restartWithin = null;
  #reason = "signed_out";
  /** Sockets in a row that did not open although the site could be reached. */ #refused = 0;
  #usesFallback = false;
  /** @type {(() => Socket) | null} */ #openFallback = null;
  #webSocketTimer = 0;

  /**
   * @param {{open: () => Socket, loadFallback?: null | (() => Promise<() => Socket>), isSignedOut?: () => Promise<boolean | null>,
   *   history?: KnownHistory | null}} options
   *   `loadFallback` loads what opens the fallback transport (event-stream.js). `isSignedOut` is called after a socket that
   *   did not open, because browsers do not tell scripts why; null means that there was no answer. If a hello has
   *   another history than this page, "restarted" is dispatched first, so that all modules drop their numbers;
   *   "restored" follows, also if only this browser knew the other history.
   */
  constructor({ open, loadFallback = null, isSignedOut = async () => null, history = null }) {
    super();
    this.history = history;
    this.open = open;
    this.loadFallback = loadFallback;
    this.isSignedOut = isSignedOut;
  }

  /** Open by the fallback transport: everything works, with more delay. */
  get usesFallback() {
    return this.#usesFallback && this.state === "open";
  }

  /** Connects now, unless it is already connecting. */
  start() {
    if (this.state !== "waiting") return undefined;
    clearTimeout(this.#timer);
    this.#become("connecting");
    this.history?.opening();
    const socket = opened((this.#usesFallback && this.#openFallback) || this.open);
    if (!socket) return this.#lost(null, LOST);
    this.#listen(socket);
    // A proxy may accept and stay silent: without a hello in time the connection counts as lost.
    return this.#expectAnswer(OPEN_WITHIN_MS);
  }

  /** @param {Socket} socket */
  #listen(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    socket.onclose = ({ code }) => this.#lost(socket, code);
  }

  /**
   * Returns a function that subscribes to the events of one room, until the signal.
   * @param {number} room  @param {AbortSignal} signal
   */
  inRoom(room, signal) {
    /**
     * @template {keyof EventsOfRooms} Type
     * @param {Type} type  @param {(event: EventsOfRooms[Type]) => void} handle
     */
    return (type, handle) => {
      this.addEventListener(type, ({ detail }) => detail.room === room && handle(detail), { signal });
    };
  }

  /**
   * Sends if the connection is open. False means not sent; the caller sends it again after the next hello.
   * @param {ClientEvent} event
   */
  send(event) {
    if (this.state !== "open" || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(event));
    return true;
  }

  /** Pings now, or connects; without an answer within `withinMs` the connection counts as lost. */
  probe(withinMs = ANSWER_WITHIN_MS) {
    if (this.send({ type: "connection.ping" })) this.#expectAnswer(withinMs);
    else this.start();
  }

  /** Reconnects now, without waiting for the present socket to close. */
  renew() {
    if (this.state === "ended") return;
    this.#attempt = 0;
    this.#drop();
    this.start();
  }

  /** The browser says that the network is gone: treats the connection as lost before the heartbeat notices. */
  suspend() {
    if (this.state !== "ended" && this.state !== "waiting") this.#lost(this.#socket, LOST);
  }

  /** Disconnects until `start` or `probe` is called. */
  pause() {
    if (this.state === "ended") return;
    this.#drop();
    clearTimeout(this.#timer);
  }

  /** Disconnects for good: the person logs out or was signed out. */
  end() {
    this.#drop();
    clearTimeout(this.#timer);
    this.#become("ended");
  }

  /** @param {State} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  /** @param {Socket} socket  @param {string} text */
  #receive(socket, text) {
    if (socket !== this.#socket) return undefined;
    clearTimeout(this.#deadline);
    const event = JSON.parse(text);
    if (event.type === "session.hello") this.#welcome(event);
    else if (event.room !== undefined) this.history?.note(event.room, event.seq ?? event.last_seq);
    if (event.restarted) return this.#doubt();
    if (event.type === "session.ended") this.#reason = event.reason;
    if (event.type === "server.restarting") this.#restartWithin = event.reconnect_within_ms;
    return this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
  }

  /** The server has another history than this page, although the hello did not show it. */
  #doubt() {
    this.history?.doubt();
    this.renew();
  }

  /** @param {SessionHello} event */
  #welcome(event) {
    this.hello = event;
    const news = this.history?.greeted(event);
    // Before anything is sent, because no number of another history may reach the server.
    if (news === "page") this.dispatchEvent(new CustomEvent("restarted", { detail: event }));
    if (news) this.dispatchEvent(new CustomEvent("restored", { detail: event }));
    this.#attempt = 0;
    this.#restartWithin = null;
    if (!this.#usesFallback) this.#refused = 0;
    clearInterval(this.#pinger);
    this.#pinger = setInterval(() => this.probe(), PING_EVERY_MS);
    clearInterval(this.#webSocketTimer);
    if (this.#usesFallback) this.#webSocketTimer = setInterval(() => this.#tryWebSocket(), TRY_SOCKET_EVERY_MS);
    this.#become("open");
  }

  #expectAnswer(withinMs = ANSWER_WITHIN_MS) {
    clearTimeout(this.#deadline);
    const socket = this.#socket;
    this.#deadline = setTimeout(() => this.#lost(socket, LOST), withinMs);
  }

  #drop() {
    clearTimeout(this.#deadline);
    clearInterval(this.#pinger);
    clearInterval(this.#webSocketTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (this.state !== "ended") this.#become("waiting");
  }

  /** @param {Socket | null} socket  @param {number} code */
  #lost(socket, code) {
    if (socket !== this.#socket || this.state === "ended") return;
    const neverOpened = this.state === "connecting";
    this.#drop();
    if (code === SIGNED_OUT) return this.#signedOut();
    if (neverOpened) this.#askWhy();
    // The next attempt uses a socket; if that fails, too, the one after it the fallback.
    if (neverOpened && this.#usesFallback) this.#usesFallback = false;
    const restarts = code === RESTART || this.#restartWithin !== null;
    const delay =
      restarts && !neverOpened ? restartDelay(this.#restartWithin ?? undefined) : retryDelay(this.#attempt++);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), delay);
  }

  async #askWhy() {
    const isSignedOut = await this.isSignedOut();
    if (isSignedOut) return this.#signedOut();
    if (isSignedOut === null || this.state !== "waiting") return undefined;
    this.#refused += 1;
    if (this.#refused < REFUSED_SOCKETS || !this.loadFallback) return undefined;
    // Without an answer it is loaded after the next socket that does not open.
    this.#openFallback ??= await this.loadFallback().catch(() => null);
    this.#usesFallback = this.#openFallback !== null;
    return undefined;
  }

  /** Opens a socket beside the fallback; it takes over with its hello. */
  #tryWebSocket() {
    this.history?.opening();
    const socket = opened(this.open);
    if (!socket) return;
    const giveUp = setTimeout(() => socket.close(), OPEN_WITHIN_MS);
    socket.onclose = () => clearTimeout(giveUp);
    socket.onmessage = ({ data }) => {
      clearTimeout(giveUp);
      if (!this.usesFallback) return socket.close();
      this.#drop();
      this.#usesFallback = false;
      this.#become("connecting");
      this.#listen(socket);
      return this.#receive(socket, data);
    };
  }

  #signedOut() {
    if (this.state === "ended") return;
    this.end();
    this.dispatchEvent(new CustomEvent("signed-out", { detail: this.#reason }));
  }
}

/**
 * Opens a socket. Null where that throws: some browsers and extensions block sockets in this way.
 * @param {() => Socket} open
 */
function opened(open) {
  try {
    return open();
  } catch {
    return null;
  }
}
