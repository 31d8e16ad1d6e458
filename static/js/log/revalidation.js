// Revalidation: after an absence that the server answers with the newest messages only, those in the page may be stale,
// because changes of them are not sent. They are fetched again, a page at a time, and replaced where they differ.

import { find } from "../page/elements.js";
import { regroup } from "./regroup.js";
import { swap } from "./swap.js";
/** @import { LogHistory } from "./history.js" */

export class Revalidation {
  /** Messages up to this event may be stale. */ #upTo = 0;
  #isRunning = false;

  /**
   * @param {{list: HTMLElement, history: LogHistory, changed: (message: HTMLElement) => void,
   *   keep: (change: () => void) => void}} options
   */
  constructor({ list, history, changed, keep }) {
    this.list = list;
    this.history = history;
    this.changed = changed;
    this.keep = keep;
  }

  /** The server has another history: the page has no message of the former one. */
  restart() {
    this.#upTo = 0;
  }

  /** Marks messages up to event `upTo` as stale. @param {number} upTo */
  invalidate(upTo) {
    this.#upTo = Math.max(this.#upTo, upTo);
    return this.retry();
  }

  /** Continues after a failure. */
  async retry() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#upTo > 0) {
      const upTo = this.#upTo;
      if (!(await this.#renew(upTo))) break;
      if (this.#upTo === upTo) this.#upTo = 0;
    }
    this.#isRunning = false;
  }

  /** Returns whether all messages could be fetched. @param {number} upTo */
  async #renew(upTo) {
    let next = this.#firstFrom(0, upTo);
    while (next !== undefined) {
      const page = await this.history.fetch(`?after=${next - 1}`);
      if (!page) return false;
      this.keep(() => {
        for (const message of page.messages) this.#put(message);
      });
      const last = Number(page.messages.at(-1)?.dataset.seq ?? 0);
      next = this.#firstFrom(Math.max(last, next) + 1, upTo);
    }
    return true;
  }

  /** Returns the `seq` of the first message in the page from `from` on. @param {number} from  @param {number} upTo */
  #firstFrom(from, upTo) {
    const seqs = [...this.list.querySelectorAll("article[data-seq]")].map(({ dataset }) => Number(dataset.seq));
    return seqs.find((seq) => seq >= from && seq <= upTo);
  }

  /** @param {HTMLElement} fresh */
  #put(fresh) {
    const old = document.getElementById(fresh.id);
    if (!old?.matches("article") || said(old) === said(fresh)) return;
    swap(old, fresh);
    regroup(fresh);
    this.changed(fresh);
  }
}

/**
 * Returns the parts of a message that an event can change, as a string for comparison; none that a browser translates.
 * @param {HTMLElement} message */
function said(message) {
  const body = find(message, ".message-body");
  const chips = /** @type {HTMLButtonElement[]} */ ([...message.querySelectorAll(".chip[data-by]")]).map(
    ({ value, dataset }) => `${value} ${dataset.by}`,
  );
  return JSON.stringify([
    message.matches(".deleted"),
    body.dataset.source,
    message.querySelector(".quote-gone") !== null,
    message.querySelector(".edited")?.dataset.time,
    chips,
  ]);
}
