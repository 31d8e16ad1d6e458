// What the pill below the log says and where it leads. Pure: no page, so that tests need none.

export class News {
  #count = 0;
  /** @type {number | null} */ #first = null;
  /** Was the reader taken somewhere, and did not reach the end since? */
  #onTheWay = false;

  get count() {
    return this.#count;
  }

  /** A message of somebody else arrived below the reader. @param {number} id */
  add(id) {
    this.#first ??= id;
    this.#count += 1;
  }

  /** The end was reached: nothing is new any more. */
  clear() {
    this.#count = 0;
    this.#first = null;
    this.#onTheWay = false;
  }

  /** The reader was taken away from the end: the pill leads back to it. */
  away() {
    this.#onTheWay = true;
  }

  /** Pressed: the id of the first new message, the first time; null means the end. */
  press() {
    const first = this.#first;
    this.clear();
    this.#onTheWay = first !== null;
    return first;
  }

  /**
   * Is the pill to be seen?
   * @param {{atEnd: boolean, isFar: boolean}} reader  `isFar`: more than a screen from the newest message
   */
  isShown({ atEnd, isFar }) {
    return !atEnd && (isFar || this.#count > 0 || this.#onTheWay);
  }
}
