// One of the open tabs of a person does what must be done once. It leads until it is closed.

/** @import { BrowserMemory } from "../page/storage.js" */

/** @param {number} userId */
export class Leader {
  #leads = false;

  /** @param {number} userId  @param {BrowserMemory} storage */
  constructor(userId, storage) {
    this.storage = storage;
    this.key = `parlour/tab/${userId}`;
    this.id = `${Date.now()}-${Math.random()}`;
    if (navigator.locks) {
      // Held as long as the page lives; the next in line follows.
      navigator.locks
        .request(
          `parlour/leader/${userId}`,
          () =>
            new Promise(() => {
              this.#leads = true;
            }),
        )
        .catch(() => {});
      return;
    }
    // Without locks (a site without TLS) it is the tab that was looked at last.
    const claim = () => document.visibilityState === "visible" && storage.set(this.key, this.id);
    for (const event of ["focus", "pageshow"]) addEventListener(event, claim);
    document.addEventListener("visibilitychange", claim);
    claim();
  }

  get leads() {
    return navigator.locks ? this.#leads : this.storage.get(this.key) === this.id;
  }
}
