// Ticks: delivery states of the person's messages that the server has. Most are visible only on hover or focus; one tick
// shows for a moment, and two ticks stay at the newest message that was delivered.

import { stateElement, stateOf } from "../messages/states.js";
import { find } from "../page/elements.js";
import { clockTime } from "../page/times.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { RoomDelivered } from "../live/protocol.js" */
/** @import { Known, State } from "../messages/states.js" */

const FRESH_MS = 2_000;

export class Ticks {
  /** The last event that the devices of a person have, by person. @type {Map<number, number>} */
  #positions = new Map();
  /** The number of others; null in rooms without receipts. @type {number | null} */ #of = null;
  /** Milliseconds until the server's answer, by id. @type {Map<string, number>} */ #took = new Map();

  /** @param {{list: HTMLElement, userId: number, isDirect: boolean, lifetime: Lifetime}} options */
  constructor({ list, userId, isDirect, lifetime }) {
    this.list = list;
    this.userId = userId;
    this.isDirect = isDirect;
    // Observing the list keeps modules that insert messages independent of this one.
    /** @param {MutationRecord[]} records */
    const added = (records) => records.flatMap(({ addedNodes }) => [...addedNodes]);
    const observer = new MutationObserver((records) => this.#markThese(added(records)));
    observer.observe(list, { childList: true });
    lifetime.disconnect(observer);
    this.markAll();
  }

  /**
   * The server has just accepted this message, `ms` after it was sent.
   * @param {HTMLElement} message  @param {number | null} ms
   */
  sent(message, ms) {
    if (ms !== null) this.#took.set(message.id, ms);
    this.#markThese([message]);
    const state = message.querySelector(".message-state");
    state?.classList.add("fresh");
    setTimeout(() => message.querySelector(".message-state")?.classList.remove("fresh"), FRESH_MS);
  }

  /** Takes the positions of the others in the room. @param {RoomDelivered} event */
  delivered({ of, positions }) {
    this.#of = of;
    this.#positions = new Map(positions.map(({ user, seq }) => [user, seq]));
    this.markAll();
  }

  /** The server has another history: forgets all states. */
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
    // Called for each message of the person at each receipt: texts are built only for changes.
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
    // Ticks change with every message: screen readers need not announce each of them.
    element.setAttribute("aria-live", "off");
    find(element, "span").textContent = state.details;
    if (old?.classList.contains("fresh")) element.classList.add("fresh");
    if (old) old.replaceWith(element);
    else find(message, ".message-body").append(element);
    message.setAttribute("aria-describedby", element.id);
  }

  /** Keeps the two ticks of the person's newest message visible. */
  #showNewest() {
    const before = this.list.querySelector(".message-state.newest");
    const now = this.#own().at(-1)?.querySelector(".message-state.state-delivered") ?? null;
    if (before === now) return;
    before?.classList.remove("newest");
    now?.classList.add("newest");
  }
}
