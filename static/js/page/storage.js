// The browser's own memory, or this tab's when the browser refuses (full, switched off).
// Keys start with "parlour/"; drafts and the queue are kept per person.

export class BrowserMemory {
  /** @type {Map<string, string>} */ #fallback = new Map();

  constructor(store = safely(() => globalThis.localStorage)) {
    // Without a store every access throws, and `safely` returns nothing.
    this.store = /** @type {Storage} */ (store);
  }

  /** @param {string} key */
  get(key) {
    return this.#fallback.get(key) ?? safely(() => this.store.getItem(key)) ?? null;
  }

  /** @param {string} key  @param {string} value */
  set(key, value) {
    this.#fallback.delete(key);
    const kept = safely(() => {
      this.store.setItem(key, value);
      return true;
    });
    if (!kept) this.#fallback.set(key, value);
  }

  /** @param {string} key */
  remove(key) {
    this.#fallback.delete(key);
    safely(() => this.store.removeItem(key));
  }

  /** Every key that starts with `prefix`, sorted. @param {string} prefix */
  keys(prefix) {
    const found = new Set(this.#fallback.keys());
    safely(() => {
      for (let index = 0; index < this.store.length; index += 1) found.add(this.store.key(index) ?? "");
    });
    return [...found].filter((key) => key.startsWith(prefix)).sort();
  }
}

/** As the browser's memory, but of this tab alone. */
export function tabMemory() {
  return new BrowserMemory(safely(() => globalThis.sessionStorage));
}

/** @template Value  @param {() => Value} action  @returns {Value | undefined} */
function safely(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
