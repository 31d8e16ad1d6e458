// localStorage, with a fallback in memory where the browser refuses it (full, disabled). Keys start with "parlour/". What
// belongs to a person is stored under `parlour/<what>/<id of the person>`, which is how the log-out finds it.

export class BrowserMemory {
  /** @type {Map<string, string>} */ #fallback = new Map();

  constructor(store = safely(() => globalThis.localStorage)) {
    // Without a store each access throws, and `safely` returns undefined.
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

  /** Returns the keys that start with `prefix`, sorted. @param {string} prefix */
  keys(prefix) {
    const found = new Set(this.#fallback.keys());
    safely(() => {
      for (let index = 0; index < this.store.length; index += 1) found.add(this.store.key(index) ?? "");
    });
    return [...found].filter((key) => key.startsWith(prefix)).sort();
  }

  /** Removes everything that belongs to a person. @param {number} userId */
  forget(userId) {
    const isOf = new RegExp(`^parlour/(?!kept/)[^/]+/${userId}(?:/|$)`);
    for (const key of this.keys("parlour/")) if (isOf.test(key)) this.remove(key);
  }
}

/** Returns the same for this tab alone (sessionStorage). */
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
