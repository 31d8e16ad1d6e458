// Scroll anchoring: the log follows its end, or keeps the line that is read in its place, whatever changes around it.
// The log is a reversed column: scrollTop is 0 at the end and negative above it.

/** @import { Lifetime } from "../page/lifetime.js" */

const AT_END_PX = 64;
const CANDIDATES = 4;
/** Without a scroll event for this time the log counts as at rest. */
const REST_MS = 250;

/**
 * Returns the part of a message that is anchored: its head depends on the message before.
 * @param {HTMLElement} message
 */
export const lineOf = (message) => message.querySelector(".message-body") ?? message;

/** @typedef {{id: string, top: number}} Place  a message, and how far below the top of the log its line is */
/** @typedef {{message: HTMLElement, top: number}} Anchor  the same, with the element */

export class LogScroll extends /** @type {new () => TypedTarget<{moved: null, rested: null}>} */ (EventTarget) {
  /** Whether the page has the newest message. Otherwise the reader cannot be at the end. */
  isNewest = true;
  /** The first messages in view; null at the end.
   * @type {Anchor[] | null} */
  #anchors = null;
  #noted = 0;
  /** Whether something changed in this frame: the recorded anchors are still valid, and reading them again
   * would cost a layout for each change. */
  #isNoted = false;
  #resting = 0;
  /** Resolves when scrolling ends; null at rest. @type {{promise: Promise<void>, resolve: () => void} | null} */
  #rest = null;

  /**
   * Dispatches "moved" after every scroll and change, and "rested" when scrolling ends.
   * @param {HTMLElement} log  @param {Lifetime} lifetime
   */
  constructor(log, lifetime) {
    super();
    this.log = log;
    log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    log.addEventListener("scrollend", () => this.#rested());
    // Pictures, the composer and the window change size by themselves. Called before the change is painted.
    const observer = new ResizeObserver(() => {
      this.#isNoted = false;
      this.#stay();
    });
    lifetime.disconnect(observer);
    lifetime.atEnd(() => this.#rested());
    observer.observe(log);
    observer.observe(/** @type {Element} */ (log.firstElementChild));
  }

  get atEnd() {
    return this.isNewest && Math.abs(this.#top) < AT_END_PX;
  }

  /** Whether the reader is more than a screen from the newest message. */
  get isFar() {
    return !this.isNewest || (!this.atEnd && Math.abs(this.#top) > this.log.clientHeight);
  }

  get #top() {
    return this.#isNoted ? this.#noted : this.log.scrollTop;
  }

  /**
   * Resolves when nobody scrolls. A browser that animates a scroll measures it from the top, so that changes above
   * would make it jump. It may have begun before its first event.
   */
  async rested() {
    do {
      await this.#rest?.promise;
      await new Promise(requestAnimationFrame);
    } while (this.isMoving);
  }

  get isMoving() {
    return this.#rest !== null;
  }

  toEnd() {
    if (this.#isNoted && this.#staysAtEnd) return;
    this.log.scrollTop = 0;
    this.#note();
  }

  /** Runs `change` and keeps the anchored line in its place; at the end, stays there. @param {() => void} change */
  keep(change) {
    this.#noteForFrame();
    change();
    this.#stay();
  }

  /** Before the first change of a frame. */
  #noteForFrame() {
    if (this.#isNoted) return;
    if (Math.abs(this.log.scrollTop - this.#noted) >= 1) this.#note();
    this.#isNoted = true;
    requestAnimationFrame(() => {
      this.#isNoted = false;
    });
  }

  /** Whether the browser itself stays at the end: a reversed column does, whatever is added. */
  get #staysAtEnd() {
    return this.#anchors === null && this.#noted === 0 && this.isNewest;
  }

  /**
   * Runs `change` and keeps the top of `element` in its place.
   * @param {Element | null} element  @param {() => void} change
   */
  hold(element, change) {
    const before = element?.getBoundingClientRect().top ?? 0;
    change();
    if (element?.isConnected) this.log.scrollTop += element.getBoundingClientRect().top - before;
    this.#note();
  }

  /** Returns the place of the reader, for `show`; null at the end. @returns {Place | null} */
  place() {
    if (this.atEnd) return null;
    const message = this.reading();
    return message?.dataset.id ? { id: message.dataset.id, top: this.#topOf(message) } : null;
  }

  /**
   * Scrolls so that the message's line is `top` below the top of the log.
   * @param {HTMLElement} message  @param {number} top
   */
  show(message, top) {
    this.log.scrollTop += this.#topOf(message) - top;
    this.#note();
  }

  /** Scrolls the message to the middle, or to the top if it is too tall for that. @param {HTMLElement} message */
  centre(message) {
    const [log, rect] = [this.log.getBoundingClientRect(), message.getBoundingClientRect()];
    const above = Math.max(log.height / 8, (log.height - rect.height) / 2);
    this.log.scrollTop += rect.top - log.top - above;
    this.#note();
  }

  /** The first message in view, if there is any. @returns {HTMLElement | undefined} */
  reading() {
    return this.#inView(1)[0];
  }

  #rested() {
    clearTimeout(this.#resting);
    if (!this.#rest) return;
    this.#rest.resolve();
    this.#rest = null;
    this.dispatchEvent(new Event("rested"));
  }

  #scrolled() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rested(), REST_MS);
    if (!this.#rest) {
      /** @type {() => void} */ let resolve = () => {};
      /** @type {Promise<void>} */ const promise = new Promise((done) => {
        resolve = done;
      });
      this.#rest = { promise, resolve };
    }
    // Ignores scroll events that `keep` itself caused: they are rounded to pixels, and would make the anchor drift.
    if (this.log.scrollTop === this.#noted) return;
    this.#note();
  }

  #note() {
    this.#noted = this.log.scrollTop;
    this.#anchors = this.atEnd
      ? null
      : this.#inView(CANDIDATES).map((message) => ({ message, top: this.#topOf(message) }));
    this.dispatchEvent(new Event("moved"));
  }

  #stay() {
    if (this.#isNoted && this.#staysAtEnd) return this.dispatchEvent(new Event("moved"));
    if (this.#anchors === null) this.log.scrollTop = 0;
    else {
      const anchor = this.#firstLeft(this.#anchors);
      if (!anchor) return this.#note();
      const moved = this.#topOf(anchor.message) - anchor.top;
      if (moved !== 0) this.log.scrollTop += moved;
    }
    this.#noted = this.log.scrollTop;
    if (this.#anchors === null && !this.atEnd) return this.#note();
    return this.dispatchEvent(new Event("moved"));
  }

  /** The first anchor that is still in the log. @param {Anchor[]} anchors  @returns {Anchor | null} */
  #firstLeft(anchors) {
    for (const { message: old, top } of anchors) {
      // A message that was edited is another element with the same id.
      const message = old.isConnected ? old : document.getElementById(old.id);
      if (message) return { message, top };
    }
    return null;
  }

  /** @param {HTMLElement} message */
  #topOf(message) {
    return lineOf(message).getBoundingClientRect().top - this.log.getBoundingClientRect().top;
  }

  /** @param {number} count */
  #inView(count) {
    const top = this.log.getBoundingClientRect().top;
    const messages = this.log.querySelectorAll("article.message");
    let low = 0;
    let high = messages.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (messages[middle].getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return [...messages].slice(low, low + count);
  }
}
