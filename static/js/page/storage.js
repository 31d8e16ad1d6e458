// The browser's own memory, or this tab's when the browser refuses (full, switched off).
// Keys start with "parlour/"; drafts and the queue are kept per person.

export class BrowserMemory {
  #fallback = new Map();

  constructor(store = safely(() => globalThis.localStorage)) {
    this.store = store;
  }

  get(key) {
    return this.#fallback.get(key) ?? safely(() => this.store.getItem(key)) ?? null;
  }

  set(key, value) {
    this.#fallback.delete(key);
    const kept = safely(() => {
      this.store.setItem(key, value);
      return true;
    });
    if (!kept) this.#fallback.set(key, value);
  }

  remove(key) {
    this.#fallback.delete(key);
    safely(() => this.store.removeItem(key));
  }

  /** Every key that starts with `prefix`, sorted. */
  keys(prefix) {
    const found = new Set(this.#fallback.keys());
    safely(() => {
      for (let index = 0; index < this.store.length; index += 1) found.add(this.store.key(index));
    });
    return [...found].filter((key) => key.startsWith(prefix)).sort();
  }
}

/** As the browser's memory, but of this tab alone. */
export function tabMemory() {
  return new BrowserMemory(safely(() => globalThis.sessionStorage));
}

function safely(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
