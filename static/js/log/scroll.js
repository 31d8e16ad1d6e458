// Where the reader is in the log: follows the end, or keeps the line being read where it is, whatever
// happens around it. The log is a reversed column: scrollTop is 0 at the end and negative above it.

const AT_END_PX = 64;
const CANDIDATES = 4;
/** Without a scroll for so long, the log rests, whatever holds it. */
const REST_MS = 250;

/** Of a message, the line that stays: its head comes and goes with the message before. */
export const lineOf = (message) => message.querySelector(".message-body") ?? message;

export class LogScroll extends EventTarget {
  /** Does the page reach to the newest message? Without it there is no end to be at. */
  isNewest = true;
  /** The first messages in view, each with the distance of its line from the top of the log; null at the end. */
  #anchors = null;
  #noted = 0;
  #resting = 0;
  /** Resolves when the log rests; null while it does. */
  #rest = null;

  /** Dispatches "moved" after every scroll and change. @param {HTMLElement} log */
  constructor(log) {
    super();
    this.log = log;
    log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    log.addEventListener("scrollend", () => this.#rested());
    // What grows or shrinks without having told: a picture, the box, the window. Before it is painted.
    const observer = new ResizeObserver(() => this.#stay());
    observer.observe(log);
    observer.observe(log.firstElementChild);
  }

  get atEnd() {
    return this.isNewest && Math.abs(this.log.scrollTop) < AT_END_PX;
  }

  /** More than a screen from the newest message? */
  get isFar() {
    return !this.isNewest || Math.abs(this.log.scrollTop) > this.log.clientHeight;
  }

  /**
   * Resolves when nobody scrolls. A browser that animates a scroll measures it from the top: what is
   * put in or taken away above meanwhile would make it jump. It may have begun before we hear of it.
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
    this.log.scrollTop = 0;
    this.#note();
  }

  /** Changes the log without moving the line under the reader's eye; at the end, stays at the end. */
  keep(change) {
    if (Math.abs(this.log.scrollTop - this.#noted) >= 1) this.#note();
    change();
    this.#stay();
  }

  /** Changes the log and leaves the top of `element` where it is. */
  hold(element, change) {
    const before = element?.getBoundingClientRect().top;
    change();
    if (element?.isConnected) this.log.scrollTop += element.getBoundingClientRect().top - before;
    this.#note();
  }

  /** The place of the reader, for `show`; null at the end. @returns {null | {id: string, top: number}} */
  place() {
    if (this.atEnd) return null;
    const message = this.reading();
    return message?.dataset.id ? { id: message.dataset.id, top: this.#topOf(message) } : null;
  }

  /** Scrolls so that the message's line is `top` below the top of the log. */
  show(message, top) {
    this.log.scrollTop += this.#topOf(message) - top;
    this.#note();
  }

  /** Scrolls the message to the middle, or to the top if it is too tall for that. */
  centre(message) {
    const [log, rect] = [this.log.getBoundingClientRect(), message.getBoundingClientRect()];
    const above = Math.max(log.height / 8, (log.height - rect.height) / 2);
    this.log.scrollTop += rect.top - log.top - above;
    this.#note();
  }

  /** The first message in view. */
  reading() {
    return this.#inView(1)[0];
  }

  #rested() {
    clearTimeout(this.#resting);
    this.#rest?.resolve();
    this.#rest = null;
  }

  #scrolled() {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rested(), REST_MS);
    if (!this.#rest) {
      this.#rest = {};
      this.#rest.promise = new Promise((resolve) => {
        this.#rest.resolve = resolve;
      });
    }
    // The own corrections come back as events, rounded to pixels; what was meant must not drift with them.
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
    if (this.#anchors === null) this.log.scrollTop = 0;
    else {
      const [anchor, message] = this.#firstLeft();
      if (!message) return this.#note();
      const moved = this.#topOf(message) - anchor.top;
      if (moved !== 0) this.log.scrollTop += moved;
    }
    this.#noted = this.log.scrollTop;
    if (this.#anchors === null && !this.atEnd) return this.#note();
    return this.dispatchEvent(new Event("moved"));
  }

  #firstLeft() {
    for (const anchor of this.#anchors) {
      // A message that was edited is another element with the same name.
      const message = anchor.message.isConnected ? anchor.message : document.getElementById(anchor.message.id);
      if (message) return [anchor, message];
    }
    return [];
  }

  #topOf(message) {
    return lineOf(message).getBoundingClientRect().top - this.log.getBoundingClientRect().top;
  }

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
