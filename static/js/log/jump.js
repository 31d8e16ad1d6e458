// Ways to a message that may not be in the page: permalinks, quotes, search. Browser Back leads back to
// the place before, and a room that one comes back to in the same tab is where it was left.

import { byId } from "../page/elements.js";

/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { LogHistory } from "./history.js" */
/** @import { LogScroll, Place } from "./scroll.js" */

const FLASH_MS = 2_000;
const LINK = /^\/rooms\/(\d+)\/messages\/(\d+)\/$/;

export class Jumper extends /** @type {new () => TypedTarget<{jumped: null}>} */ (EventTarget) {
  /** Counts the ways taken: only the last one is gone to its end. */
  #way = 0;

  /**
   * Dispatches "jumped" when a message is shown.
   * @param {{scroll: LogScroll, history: LogHistory, room: number,
   *   memory: BrowserMemory, key: string, epoch: string}} options
   *   `key` names the place in the memory; ids in places are those of the history `epoch`
   */
  constructor({ scroll, history, room, memory, key, epoch }) {
    super();
    this.scroll = scroll;
    this.history = history;
    this.room = room;
    this.memory = memory;
    this.key = key;
    this.epoch = epoch;
    addEventListener("popstate", ({ state }) => this.#popped(state));
    addEventListener("pagehide", () => this.#remember());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#remember());
    scroll.log.addEventListener("click", (event) => this.#followed(event));
  }

  /**
   * Where the page opens: at the message of its address, where it was left, at what is new, or at the
   * end. @param {() => void} toNew
   */
  async start(toNew) {
    const { hash, search } = location;
    const { place, epoch } = window.history.state ?? {};
    const kept = JSON.parse(this.memory.get(this.key) ?? "null");
    this.scroll.toEnd();
    if (place && epoch === this.epoch) return this.restore(place);
    const linked = messageOf(hash);
    if (linked) return this.#openMessage(linked);
    if (search) return this.#openHistoryPage();
    return kept && kept.epoch === this.epoch ? this.restore(kept) : toNew();
  }

  /** The server has another history: places before this are places in the former one. @param {string} epoch */
  restart(epoch) {
    this.#way += 1;
    this.epoch = epoch;
    this.memory.remove(this.key);
    window.history.replaceState({ epoch }, "", `/rooms/${this.room}/`);
  }

  /**
   * Shows a message of the open room in the middle of the log; false if it could not be loaded.
   * @param {number | string} id
   */
  async #to(id) {
    const place = this.scroll.place();
    if ((await this.#bring(id)) !== true) return false;
    window.history.replaceState(this.#state({ place }), "");
    window.history.pushState({ message: id, epoch: this.epoch }, "", `/rooms/${this.room}/messages/${id}/`);
    return this.#reveal(id);
  }

  /** Scrolls to the newest message, which may have to be loaded. */
  async toEnd() {
    this.#way += 1;
    if (!this.scroll.isNewest && !(await this.history.showNewest())) return;
    this.scroll.toEnd();
    // The address of a message, or of a stretch, is not where the page stands any more.
    const address = `/rooms/${this.room}/`;
    if (location.pathname + location.search + location.hash !== address) {
      window.history.replaceState(window.history.state, "", address);
    }
  }

  /** Where the reader was; null is the end. @param {null | {id: string, top: number}} place */
  async restore(place) {
    const isThere = place ? await this.#bring(place.id) : false;
    if (!place || isThere === false) return this.toEnd();
    return isThere && this.scroll.show(byId(`message-${place.id}`), place.top);
  }

  /** Scrolls to a message, its beginning a third below the top. @param {number | string} id */
  async toFirst(id) {
    if (await this.#bring(id)) {
      this.scroll.show(byId(`message-${id}`), this.scroll.log.clientHeight / 3);
    }
  }

  /**
   * Whether the message is in the page now; null if the reader chose another way meanwhile.
   * @param {number | string} id
   */
  async #bring(id) {
    this.#way += 1;
    const way = this.#way;
    const isThere = document.getElementById(`message-${id}`) !== null || (await this.history.showAround(id));
    return way === this.#way ? isThere : null;
  }

  /** @param {number | string} id */
  async #reveal(id) {
    if (!(await this.#bring(id))) return false;
    const message = byId(`message-${id}`);
    this.scroll.centre(message);
    message.focus({ preventScroll: true });
    this.dispatchEvent(new Event("jumped"));
    message.classList.add("found");
    setTimeout(() => message.classList.remove("found"), FLASH_MS);
    return true;
  }

  /**
   * Under an address without a hash, since browsers scroll to that once more when all is loaded.
   * @param {number | string} id
   */
  #openMessage(id) {
    window.history.replaceState({ message: id, epoch: this.epoch }, "", `/rooms/${this.room}/messages/${id}/`);
    return this.#reveal(id);
  }

  /** A page that was opened at `?around=` shows that event, one at `?after=` its beginning. */
  #openHistoryPage() {
    const { log } = this.scroll;
    const around = new URLSearchParams(location.search).get("around");
    const message = log.querySelector(`article[data-seq="${Number(around)}"]`);
    if (message) this.scroll.centre(message);
    else if (location.hash === "#earlier") log.scrollTop = -log.scrollHeight;
  }

  /** @param {object} fields */
  #state(fields) {
    return { ...window.history.state, ...fields, epoch: this.epoch };
  }

  /** @param {{place?: Place | null, message?: number, epoch?: string} | null} state */
  #popped(state) {
    // An entry that another history left.
    if (state && state.epoch !== this.epoch) return this.toEnd();
    const message = messageOf(location.hash) ?? state?.message;
    if (state && "place" in state) return this.restore(state.place ?? null);
    return message ? this.#reveal(message) : undefined;
  }

  #remember() {
    const place = this.scroll.place();
    window.history.replaceState(this.#state({ place }), "");
    if (place) this.memory.set(this.key, JSON.stringify({ ...place, epoch: this.epoch }));
    else this.memory.remove(this.key);
  }

  /** Links to messages of this room, wherever they stand in the log. @param {OnElement<MouseEvent>} event */
  async #followed(event) {
    /** @type {HTMLAnchorElement | null} */ const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const [, room, id] = (link.origin === location.origin && LINK.exec(link.pathname)) || [];
    if (Number(room) !== this.room) return;
    event.preventDefault();
    if (!(await this.#to(id))) location.assign(link.href);
  }
}

/** The message that the end of an address names. @param {string} hash */
function messageOf(hash) {
  return /^#message-(\d+)$/.exec(hash)?.[1];
}
