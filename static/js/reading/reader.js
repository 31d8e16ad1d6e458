// Read tracking: a message is read when its lower edge was in view for half a second, in a visible tab of a focused
// window. Reported at most once a second (throttled), and at once when the page is left.

const LOOKED_AT_MS = 500;
const TELL_EVERY_MS = 1_000;

/** @import { Lifetime } from "../page/lifetime.js" */

/** Returns whether the person looks at this page. */
export const isLookedAt = () => document.visibilityState === "visible" && document.hasFocus();

export class Reader {
  /** The `seq` of each message whose lower edge is in view or above it. @type {Map<Element, number>} */
  #inView = new Map();
  #looking = 0;
  #telling = 0;
  #toldAt = -Infinity;
  #best = 0;
  #told = 0;
  #held = false;

  /**
   * @param {{log: HTMLElement, list: HTMLElement, tell: (seq: number) => boolean, read: (seq: number) => void,
   *   limit: () => number, lifetime: Lifetime}} options
   *   `tell` sends a `seq` to the server, and returns false if it cannot now; `read` is called at once. Messages above
   *   `limit` do not become read.
   */
  constructor({ log, list, tell, read, limit, lifetime }) {
    this.limit = limit;
    const { signal } = lifetime;
    this.list = list;
    this.tell = tell;
    this.read = read;
    // The large margin above makes a message count as fully inside as soon as its lower edge is.
    this.observer = new IntersectionObserver((entries) => this.#moved(entries), {
      root: log,
      rootMargin: "1000000px 0px 0px 0px",
      threshold: [0, 0.99],
    });
    const added = new MutationObserver(() => this.#observe());
    added.observe(list, { childList: true });
    lifetime.disconnect(this.observer);
    lifetime.disconnect(added);
    lifetime.atEnd(() => {
      this.#tell();
      this.hold();
    });
    this.#observe();
    for (const event of ["focus", "pageshow"]) addEventListener(event, () => this.#look(), { signal });
    for (const event of ["pagehide", "blur"]) addEventListener(event, () => this.#tell(), { signal });
    const turned = () => (isLookedAt() ? this.#look() : this.#tell());
    document.addEventListener("visibilitychange", turned, { signal });
  }

  /** Reports now, so that the next event does not overtake it. */
  tellNow() {
    this.#tell();
  }

  /** The person marked a message as unread: until the room is left, no message becomes read. */
  hold() {
    this.#held = true;
    clearTimeout(this.#looking);
    clearTimeout(this.#telling);
  }

  get isHeld() {
    return this.#held;
  }

  /** The server has another history: forgets what was read in the former one. */
  restart() {
    clearTimeout(this.#looking);
    clearTimeout(this.#telling);
    this.#inView.clear();
    this.#looking = 0;
    this.#best = 0;
    this.#told = 0;
    this.#held = false;
  }

  /** The connection is back; the server has the position `seq`. @param {number} seq */
  reconnected(seq) {
    this.#told = seq;
    this.#tellSoon();
  }

  #observe() {
    for (const article of this.#inView.keys()) if (!article.isConnected) this.#inView.delete(article);
    for (const article of this.list.querySelectorAll("article[data-seq]")) this.observer.observe(article);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #moved(entries) {
    for (const { target, isIntersecting, intersectionRatio } of entries) {
      if (isIntersecting && intersectionRatio >= 0.99)
        this.#inView.set(target, Number(/** @type {HTMLElement} */ (target).dataset.seq));
      else this.#inView.delete(target);
    }
    this.#look();
  }

  get #last() {
    const limit = this.limit();
    return Math.max(0, ...[...this.#inView.values()].filter((seq) => seq <= limit));
  }

  #look() {
    if (this.#held || this.#looking || this.#last <= this.#best || !isLookedAt()) return;
    const seen = this.#last;
    this.#looking = setTimeout(() => {
      this.#looking = 0;
      const still = Math.min(seen, this.#last);
      if (isLookedAt() && !this.#held && still > this.#best) {
        this.#best = still;
        this.read(still);
        this.#tellSoon();
      }
      this.#look();
    }, LOOKED_AT_MS);
  }

  #tellSoon() {
    if (this.#held || this.#best <= this.#told) return;
    clearTimeout(this.#telling);
    const wait = this.#toldAt + TELL_EVERY_MS - performance.now();
    if (wait <= 0) this.#tell();
    else this.#telling = setTimeout(() => this.#tell(), wait);
  }

  #tell() {
    clearTimeout(this.#telling);
    if (this.#held || this.#best <= this.#told || !this.tell(this.#best)) return;
    this.#told = this.#best;
    this.#toldAt = performance.now();
  }
}
