// Leader election between the tabs of a person: one does what must be done once, until it is closed.

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
      // The lock is held until the page unloads; then the next tab gets it.
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
    // Without the Web Locks API (a site without TLS) the tab that was focused last leads.
    const claim = () => document.visibilityState === "visible" && storage.set(this.key, this.id);
    for (const event of ["focus", "pageshow"]) addEventListener(event, claim);
    document.addEventListener("visibilitychange", claim);
    claim();
  }

  get leads() {
    return navigator.locks ? this.#leads : this.storage.get(this.key) === this.id;
  }
}
