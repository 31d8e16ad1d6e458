// Lifetime of what belongs to the open room: listeners, timers, observers and requests are set up
// with it, and end with it, so that nothing of a room continues in the next one.

export class Lifetime {
  #ending = new AbortController();

  /** For `addEventListener` and `fetch`, which stop at the end. */
  get signal() {
    return this.#ending.signal;
  }

  get isOver() {
    return this.signal.aborted;
  }

  end() {
    this.#ending.abort();
  }

  /** Calls `undo` at the end. @param {() => void} undo */
  atEnd(undo) {
    this.signal.addEventListener("abort", () => undo(), { once: true });
  }

  /** Returns a lifetime that also ends with this one. */
  part() {
    const part = new Lifetime();
    this.signal.addEventListener("abort", () => part.end(), { once: true, signal: part.signal });
    return part;
  }

  /** Disconnects the observer at the end. @param {{disconnect: () => void}} observer */
  disconnect(observer) {
    this.atEnd(() => observer.disconnect());
  }

  /** Calls `action` every `ms` milliseconds. @param {number} ms  @param {() => void} action */
  every(ms, action) {
    const timer = setInterval(action, ms);
    this.atEnd(() => clearInterval(timer));
  }
}
