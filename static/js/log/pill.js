// The buttons over the end of the log: to the new messages, to the end, and back to where the reader was.

import { find } from "../page/elements.js";
import { say, sayCount } from "../page/words.js";
import { News } from "./news.js";

/** @import { Arrival, Gap } from "./news.js" */
/** @import { LogScroll, Place } from "./scroll.js" */

const OFFER_MS = 10_000;

export class Pill extends /** @type {new () => TypedTarget<{first: Arrival, end: null, back: Place}>} */ (EventTarget) {
  #news = new News();
  /** @type {Place | null} */ #place = null;
  #offer = 0;

  /**
   * Dispatches "first" (`detail` = the first new message), "end" and "back" (`detail` = a place).
   * @param {{scroll: LogScroll, jump: HTMLButtonElement, back: HTMLButtonElement, isLookedAt: () => boolean}} options
   */
  constructor({ scroll, jump, back, isLookedAt }) {
    super();
    this.scroll = scroll;
    this.isLookedAt = isLookedAt;
    this.jump = jump;
    this.back = back;
    this.label = find(jump, "span");
    jump.addEventListener("click", () => this.#pressed());
    back.addEventListener("click", () => this.#goBack());
    scroll.addEventListener("moved", () => this.#show());
  }

  /**
   * Counts messages of others that arrived, unless they are in view.
   * @param {{id: number, seq: number}[]} arrivals  @param {Gap | null} [gap]  messages that the page lacks
   */
  count(arrivals, gap = null) {
    for (const { id, seq } of arrivals) this.#news.add(id, seq);
    if (gap) this.#news.missed(gap);
    if (gap || arrivals.length > 0) this.#show();
  }

  /** A message was deleted. @param {{id: number, message_seq: number}} event */
  remove({ id, message_seq: seq }) {
    this.#news.remove(id, seq);
    this.#show();
  }

  /** The person looks at the page again. */
  lookedAt() {
    this.#show();
  }

  /** A jump led the reader to a message. */
  away() {
    this.#news.away();
    this.#show();
  }

  /** The server has another history: nothing is new yet, and there is no place to go back to. */
  restart() {
    this.#news.clear();
    this.#withdraw();
  }

  /** Offers to go back for a while, because a press or an own message leads away. @param {Place} place */
  offerBack(place) {
    clearTimeout(this.#offer);
    this.#place = place;
    this.back.hidden = false;
    this.#offer = setTimeout(() => this.#withdraw(), OFFER_MS);
  }

  #pressed() {
    const place = this.scroll.place();
    if (place) this.offerBack(place);
    const first = this.#news.press();
    this.dispatchEvent(first === null ? new Event("end") : new CustomEvent("first", { detail: first }));
    this.#show();
  }

  #goBack() {
    const place = this.#place;
    this.#withdraw();
    this.dispatchEvent(new CustomEvent("back", { detail: place }));
  }

  #withdraw() {
    clearTimeout(this.#offer);
    if (this.back.contains(document.activeElement)) this.scroll.log.focus({ preventScroll: true });
    this.back.hidden = true;
    this.#place = null;
  }

  #show() {
    if (this.scroll.atEnd && this.isLookedAt()) this.#news.clear();
    const { count } = this.#news;
    const isShown = this.#news.isShown(this.scroll);
    if (!isShown && this.jump.contains(document.activeElement)) this.scroll.log.focus({ preventScroll: true });
    this.jump.hidden = !isShown;
    this.jump.classList.toggle("news", count > 0);
    const words = count > 0 ? sayCount("js-new-messages", count) : say("js-jump");
    if (this.label.textContent !== words) this.label.textContent = words;
  }
}
