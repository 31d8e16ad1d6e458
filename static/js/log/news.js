// State of the pill below the log: how many messages are new, and where a press leads. Pure: tests need no page.

export class News {
  #count = 0;
  /** @type {number | null} */ #first = null;
  /** Whether a jump led the reader away from the end, which they have not reached since. */
  #onTheWay = false;

  get count() {
    return this.#count;
  }

  /** A message of somebody else arrived below the view. @param {number} id */
  add(id) {
    this.#first ??= id;
    this.#count += 1;
  }

  /** The reader reached the end. */
  clear() {
    this.#count = 0;
    this.#first = null;
    this.#onTheWay = false;
  }

  /** A jump led the reader away from the end. */
  away() {
    this.#onTheWay = true;
  }

  /** The pill was pressed. Returns the id of the first new message, or null for the end. */
  press() {
    const first = this.#first;
    this.clear();
    this.#onTheWay = first !== null;
    return first;
  }

  /**
   * Returns whether the pill is visible.
   * @param {{atEnd: boolean, isFar: boolean}} reader  `isFar`: more than a screen from the newest message
   */
  isShown({ atEnd, isFar }) {
    return !atEnd && (isFar || this.#count > 0 || this.#onTheWay);
  }
}
