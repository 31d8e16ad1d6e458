// Where the reader is in the log: follows the end, or keeps every line where it is and counts news.
// The log is a reversed column: scrollTop is 0 at the end and negative above it.

import { say, sayCount } from "./words.js";

const AT_END_PX = 64;

export class LogScroll {
  #news = 0;
  #firstNew = null;
  #height;

  /** @param {HTMLElement} log  @param {HTMLButtonElement} button the pill */
  constructor(log, button) {
    this.log = log;
    this.button = button;
    this.label = button.querySelector("span");
    this.#height = log.clientHeight;
    log.addEventListener("scroll", () => this.#showPill(), { passive: true });
    button.addEventListener("click", () => this.#jump());
    new ResizeObserver(() => this.#resized()).observe(log);
  }

  get atEnd() {
    return Math.abs(this.log.scrollTop) < AT_END_PX;
  }

  toEnd() {
    this.log.scrollTop = 0;
    this.#showPill();
  }

  /** Changes the log without moving the line under the reader's eye; at the end, stays at the end. */
  keep(change) {
    if (!this.atEnd) return this.hold(this.#firstVisible(), change);
    change();
    this.log.scrollTop = 0;
    return this.#showPill();
  }

  /** Changes the log and leaves the top of `anchor` where it is. */
  hold(anchor, change) {
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.log.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#showPill();
  }

  /** A message of somebody else arrived below the reader. */
  countNews(message) {
    if (this.atEnd) return;
    this.#firstNew ??= message;
    this.#news += 1;
    this.#showPill();
  }

  #firstVisible() {
    const top = this.log.getBoundingClientRect().top;
    const messages = this.log.querySelectorAll("article.message");
    let low = 0;
    let high = messages.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (messages[middle].getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return messages[low];
  }

  #resized() {
    const grown = this.log.clientHeight - this.#height;
    this.#height = this.log.clientHeight;
    if (!this.atEnd) this.log.scrollTop += grown;
    this.#showPill();
  }

  #jump() {
    const target = this.#firstNew?.isConnected ? this.#firstNew : null;
    this.#forget();
    if (target) target.scrollIntoView({ block: "center" });
    else this.log.scrollTop = 0;
    this.#showPill();
  }

  #forget() {
    this.#news = 0;
    this.#firstNew = null;
  }

  #showPill() {
    if (this.atEnd) this.#forget();
    const isFar = Math.abs(this.log.scrollTop) > this.log.clientHeight;
    this.button.hidden = this.atEnd || (this.#news === 0 && !isFar);
    this.button.classList.toggle("news", this.#news > 0);
    const words = this.#news > 0 ? sayCount("js-new-messages", this.#news) : say("js-jump");
    if (this.label.textContent !== words) this.label.textContent = words;
  }
}
