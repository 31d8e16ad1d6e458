// Navigation to a message that may not be in the page: permalinks, quotes, search. Browser Back returns to the place
// before, and a room that is opened again in the same tab is where it was left.

import { byId } from "../page/elements.js";

/** @import { BrowserMemory } from "../page/storage.js" */
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { LogHistory } from "./history.js" */
/** @import { Arrival } from "./news.js" */
/** @import { LogScroll, Place } from "./scroll.js" */

const FLASH_MS = 2_000;
/** The address of a message. */
const LINK = /^\/rooms\/(\d+)\/messages\/(\d+)\/$/;

export class Jumper extends /** @type {new () => TypedTarget<{jumped: null}>} */ (EventTarget) {
  /** Number of the latest navigation, so that an earlier one can stop. */
  #way = 0;

  /**
   * Dispatches "jumped" when a message is shown.
   * @param {{scroll: LogScroll, history: LogHistory, room: number,
   *   memory: BrowserMemory, key: string, epoch: string, lifetime: Lifetime}} options
   *   `key` is the key of the stored place; ids in places belong to the history `epoch`
   */
  constructor({ scroll, history, room, memory, key, epoch, lifetime }) {
    const { signal } = lifetime;
    super();
    this.scroll = scroll;
    this.history = history;
    this.room = room;
    this.memory = memory;
    this.key = key;
    this.epoch = epoch;
    addEventListener("popstate", ({ state }) => this.#popped(state), { signal });
    addEventListener("pagehide", () => this.remember(), { signal });
    // Also here, because the entry of the history cannot be changed any more when Back or Forward leads to another one.
    scroll.addEventListener("rested", () => this.remember(), { signal });
    const turned = () => document.visibilityState === "hidden" && this.remember();
    document.addEventListener("visibilitychange", turned, { signal });
    scroll.log.addEventListener("click", (event) => this.#followed(event));
  }

  /**
   * Scrolls to the start position: the message of the address, where the page was left, or what `toNew` finds.
   * @param {() => void} toNew
   */
  async start(toNew) {
    const { hash, pathname, search } = location;
    const { place, epoch } = window.history.state ?? {};
    const kept = JSON.parse(this.memory.get(this.key) ?? "null");
    this.scroll.toEnd();
    if (place && epoch === this.epoch) return this.restore(place);
    const linked = messageOf(hash) ?? LINK.exec(pathname)?.[2];
    if (linked) return this.#openMessage(linked);
    if (search) return this.#openHistoryPage();
    return kept && kept.epoch === this.epoch ? this.restore(kept) : toNew();
  }

  /** The server has another history: forgets the places of the former one. @param {string} epoch */
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
    // An address of a message or a history page does not describe the view any more.
    const address = `/rooms/${this.room}/`;
    if (location.pathname + location.search + location.hash !== address) {
      window.history.replaceState(window.history.state, "", address);
    }
  }

  /** Scrolls to a stored place; null is the end. @param {null | {id: string, top: number}} place */
  async restore(place) {
    const isThere = place ? await this.#bring(place.id) : false;
    if (!place || isThere === false) return this.toEnd();
    return isThere && this.scroll.show(byId(`message-${place.id}`), place.top);
  }

  /**
   * Scrolls so that the first new message begins a third below the top, or higher if it is too tall for that.
   * @param {Arrival} first  @param {(message: HTMLElement) => void} mark  puts the divider above it
   */
  async toFirst({ id, seq }, mark) {
    const isThere = id === null ? await this.#bringEvent(seq) : await this.#bring(id);
    if (!isThere) return;
    const message = id === null ? firstFrom(this.scroll.log, seq) : document.getElementById(`message-${id}`);
    if (!message) return;
    mark(message);
    const { clientHeight } = this.scroll.log;
    const above = clientHeight - message.getBoundingClientRect().height;
    this.scroll.show(message, Math.max(0, Math.min(clientHeight / 3, above)));
  }

  /** Loads the messages around an event, unless a later navigation overtakes this one. @param {number} seq */
  async #bringEvent(seq) {
    this.#way += 1;
    const way = this.#way;
    return (await this.history.showAroundEvent(seq)) && way === this.#way;
  }

  /**
   * Loads the message if needed. Returns whether it is in the page; null if a later navigation overtook this one.
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
    if (!isTyping()) message.focus({ preventScroll: true });
    this.dispatchEvent(new Event("jumped"));
    message.classList.add("found");
    setTimeout(() => message.classList.remove("found"), FLASH_MS);
    return true;
  }

  /**
   * Replaces the hash of the address, because browsers scroll to it again after loading.
   * @param {number | string} id
   */
  #openMessage(id) {
    window.history.replaceState({ message: id, epoch: this.epoch }, "", `/rooms/${this.room}/messages/${id}/`);
    return this.#reveal(id);
  }

  /** Scrolls to the event of `?around=`, or to the beginning for `?after=`. */
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
    // The entry is one of another room, which is opened instead.
    if (!location.pathname.startsWith(`/rooms/${this.room}/`)) return undefined;
    // The entry belongs to another history of the server.
    if (state && state.epoch !== this.epoch) return this.toEnd();
    const message = messageOf(location.hash) ?? state?.message;
    if (state && "place" in state) return this.restore(state.place ?? null);
    return message ? this.#reveal(message) : undefined;
  }

  /**
   * Stores the place of the reader, for the next time that the room is opened in this tab.
   * @param {boolean} [isPresent]  whether the present entry of the history is still one of this room
   */
  remember(isPresent = true) {
    const place = this.scroll.place();
    const known = window.history.state ?? {};
    // Compared first, because `replaceState` is expensive.
    const isKnown = known.epoch === this.epoch && JSON.stringify(known.place ?? null) === JSON.stringify(place);
    if (isPresent && !isKnown) window.history.replaceState(this.#state({ place }), "");
    if (place) this.memory.set(this.key, JSON.stringify({ ...place, epoch: this.epoch }));
    else this.memory.remove(this.key);
  }

  /** Follows links to messages of this room within the page. @param {OnElement<MouseEvent>} event */
  async #followed(event) {
    /** @type {HTMLAnchorElement | null} */ const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const [, room, id] = (link.origin === location.origin && LINK.exec(link.pathname)) || [];
    if (Number(room) !== this.room) return;
    event.preventDefault();
    if (!(await this.#to(id))) location.assign(link.href);
  }
}

/** Returns the first message from an event on. @param {HTMLElement} log  @param {number} seq */
function firstFrom(log, seq) {
  return [...log.querySelectorAll("article[data-seq]:not(.deleted)")].find(({ dataset }) => Number(dataset.seq) >= seq);
}

/** Returns whether somebody is typing, so that the focus must not be taken away. */
function isTyping() {
  const box = document.activeElement;
  return box instanceof HTMLTextAreaElement && box.value !== "";
}

/** Returns the id of the message in the hash of an address. @param {string} hash */
function messageOf(hash) {
  return /^#message-(\d+)$/.exec(hash)?.[1];
}
