// Typing indicator: reports to the room while this person types (throttled), and shows who else types.

import { nameOf } from "../page/names.js";
import { say, sayNames } from "../page/words.js";
import { preferences } from "../preferences/preferences.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Person } from "../live/protocol.js" */

const START_EVERY_MS = 3_000;
const STOP_AFTER_BLUR_MS = 5_000;
const FORGET_MS = 6_000;

/** Reports to the room. */
export class TypingTeller {
  #told = 0;
  #leaving = 0;

  /** @param {Connection} connection  @param {number} room  @param {Lifetime} lifetime */
  constructor(connection, room, lifetime) {
    this.connection = connection;
    this.room = room;
    lifetime.atEnd(() => this.stop());
  }

  /** @param {boolean} hasText */
  typing(hasText) {
    clearTimeout(this.#leaving);
    if (!hasText) return this.stop();
    if (!preferences().typing) return undefined;
    if (performance.now() - this.#told < START_EVERY_MS && this.#told > 0) return undefined;
    this.#told = performance.now();
    return this.connection.send({ type: "typing.start", room: this.room });
  }

  stop() {
    clearTimeout(this.#leaving);
    if (this.#told > 0) this.connection.send({ type: "typing.stop", room: this.room });
    this.#told = 0;
  }

  left() {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.stop(), STOP_AFTER_BLUR_MS);
  }
}

/** Shows who types. */
export class TypingLine {
  /** By id. @type {Map<number, {name: string, timer: Timer}>} */ #people = new Map();

  /** @param {HTMLElement} element  @param {Lifetime} lifetime */
  constructor(element, lifetime) {
    this.element = element;
    lifetime.atEnd(() => this.clear());
  }

  /** Ignored if this person does not share their own typing. @param {Person} person */
  started({ id, ...names }) {
    if (!preferences().typing) return;
    clearTimeout(this.#people.get(id)?.timer);
    const timer = setTimeout(() => this.stopped({ id }), FORGET_MS);
    this.#people.set(id, { name: nameOf(names), timer });
    this.#show();
  }

  /** @param {{id: number}} options */
  stopped({ id }) {
    clearTimeout(this.#people.get(id)?.timer);
    if (this.#people.delete(id)) this.#show();
  }

  clear() {
    for (const id of [...this.#people.keys()]) this.stopped({ id });
  }

  #show() {
    const [first, second, ...more] = [...this.#people.values()].map(({ name }) => name);
    if (first === undefined) this.element.replaceChildren();
    else if (second === undefined) this.element.replaceChildren(sayNames("js-typing-one", { name: first }));
    else if (more.length === 0) this.element.replaceChildren(sayNames("js-typing-two", { name: first, other: second }));
    else this.element.replaceChildren(say("js-typing-many"));
  }
}
