// The states of own messages that the server has: a tick for a moment, two ticks where the other has the
// message, and the rest for whoever points at it or comes by keyboard.

import { stateElement, stateOf } from "../messages/states.js";
import { find } from "../page/elements.js";
import { clockTime } from "../page/times.js";
/** @import { RoomDelivered } from "../live/protocol.js" */
/** @import { Known, State } from "../messages/states.js" */

const FRESH_MS = 2_000;

export class Ticks {
  /** person → the last event up to which that person's devices have everything @type {Map<number, number>} */
  #positions = new Map();
  /** How many others there are; null where nobody asks who has what. @type {number | null} */ #of = null;
  /** id → milliseconds until the server's answer @type {Map<string, number>} */ #took = new Map();

  /** @param {{list: HTMLElement, userId: number, isDirect: boolean}} options */
  constructor({ list, userId, isDirect }) {
    this.list = list;
    this.userId = userId;
    this.isDirect = isDirect;
    // Whoever puts messages into the log need not know of their states.
    /** @param {MutationRecord[]} records */
    const added = (records) => records.flatMap(({ addedNodes }) => [...addedNodes]);
    new MutationObserver((records) => this.#markThese(added(records))).observe(list, { childList: true });
    this.markAll();
  }

  /**
   * The server has just taken this message, `ms` after it was sent.
   * @param {HTMLElement} message  @param {number | null} ms
   */
  sent(message, ms) {
    if (ms !== null) this.#took.set(message.id, ms);
    this.#markThese([message]);
    const state = message.querySelector(".message-state");
    state?.classList.add("fresh");
    setTimeout(() => message.querySelector(".message-state")?.classList.remove("fresh"), FRESH_MS);
  }

  /** How it stands: `of` others, and the position of each who has something. @param {RoomDelivered} event */
  delivered({ of, positions }) {
    this.#of = of;
    this.#positions = new Map(positions.map(({ user, seq }) => [user, seq]));
    this.markAll();
  }

  /** The server has another history: nothing is known of its messages. */
  restart() {
    this.#took.clear();
    this.#positions.clear();
    this.#of = null;
  }

  markAll() {
    this.#markThese(this.#own());
  }

  /** @param {Node[]} nodes */
  #markThese(nodes) {
    const own = nodes.filter((node) => node instanceof HTMLElement && node.matches(this.#selector));
    for (const message of own) this.#mark(/** @type {HTMLElement} */ (message));
    if (own.length > 0) this.#showNewest();
  }

  /** @param {HTMLElement} message */
  #mark(message) {
    const known = this.#known(message);
    const old = message.querySelector(".message-state");
    // Asked of every own message whenever one arrives somewhere: words are made only for what is new.
    const signature = JSON.stringify([known.ms, known.delivered]);
    if (old?.dataset.known === signature) return;
    const state = stateOf({ ...known, time: clockTime(message.dataset.at) });
    if (old?.dataset.details !== state.details) this.#show(message, state, old);
    find(message, ".message-state").dataset.known = signature;
  }

  get #selector() {
    return `article.message[data-author="${this.userId}"][data-id]`;
  }

  #own() {
    return [...this.list.querySelectorAll(this.#selector)];
  }

  /** @param {HTMLElement} message  @returns {Known} */
  #known(message) {
    const seq = Number(message.dataset.seq);
    const count = [...this.#positions.values()].filter((position) => position >= seq).length;
    return {
      sending: "sent",
      ms: this.#took.get(message.id) ?? null,
      delivered: this.#of === null ? null : { count, of: this.#of },
      isDirect: this.isDirect,
    };
  }

  /** @param {HTMLElement} message  @param {State} state  @param {HTMLElement | null} old */
  #show(message, state, old) {
    const element = stateElement(state);
    element.id = `state-${message.id}`;
    element.dataset.details = state.details;
    element.title = state.details;
    // Ticks come and go with every message: nobody wants to hear each of them.
    element.setAttribute("aria-live", "off");
    find(element, "span").textContent = state.details;
    if (old?.classList.contains("fresh")) element.classList.add("fresh");
    if (old) old.replaceWith(element);
    else find(message, ".message-body").append(element);
    message.setAttribute("aria-describedby", element.id);
  }

  /** Of the newest own message the two ticks stay in sight. */
  #showNewest() {
    const before = this.list.querySelector(".message-state.newest");
    const now = this.#own().at(-1)?.querySelector(".message-state.state-delivered") ?? null;
    if (before === now) return;
    before?.classList.remove("newest");
    now?.classList.add("newest");
  }
}
