// State of the pill below the log: how many messages are new, and where a press leads. Pure: tests need no page.

/** @typedef {{id: number | null, seq: number}} Arrival  a message, or the first event of a gap, whose `id` is null */
/** @typedef {{from: number, to: number, count: number}} Gap  events that the page lacks, with messages among them */

export class News {
  /** The `seq` of each new message that still exists, by id, in order. @type {Map<number, number>} */ #arrived =
    new Map();
  /** @type {Gap | null} */ #gap = null;
  /** Whether a jump led the reader away from the end, which they have not reached since. */
  #onTheWay = false;

  get count() {
    return this.#arrived.size + (this.#gap?.count ?? 0);
  }

  /** A message of somebody else arrived that the reader has not seen. @param {number} id  @param {number} seq */
  add(id, seq) {
    this.#arrived.set(id, seq);
  }

  /** Messages were missed that the page does not have. @param {Gap} gap */
  missed(gap) {
    this.#gap = { ...gap, from: this.#gap?.from ?? gap.from, count: gap.count + (this.#gap?.count ?? 0) };
  }

  /** A message was deleted. @param {number} id  @param {number} seq of the event that created it */
  remove(id, seq) {
    if (this.#arrived.delete(id) || !this.#gap) return;
    const { from, to, count } = this.#gap;
    if (seq >= from && seq <= to && count > 0) this.#gap = { from, to, count: count - 1 };
  }

  /** The reader reached the end. */
  clear() {
    this.#arrived.clear();
    this.#gap = null;
    this.#onTheWay = false;
  }

  /** A jump led the reader away from the end. */
  away() {
    this.#onTheWay = true;
  }

  /** The pill was pressed. Returns the first new message, or null for the end. @returns {Arrival | null} */
  press() {
    const [arrived] = this.#arrived;
    const gap = this.#gap?.count ? this.#gap : null;
    /** @type {Arrival | null} */ let first = arrived ? { id: arrived[0], seq: arrived[1] } : null;
    if (gap && (!first || gap.from < first.seq)) first = { id: null, seq: gap.from };
    this.clear();
    this.#onTheWay = first !== null;
    return first;
  }

  /**
   * Returns whether the pill is visible.
   * @param {{atEnd: boolean, isFar: boolean}} reader  `isFar`: more than a screen from the newest message
   */
  isShown({ atEnd, isFar }) {
    return !atEnd && (isFar || this.count > 0 || this.#onTheWay);
  }
}
