// Partial refresh: when a relation or the set of rooms changes, fetches the page again and replaces the elements
// marked `data-refresh` by id. What a person types is never inside one of them, except for the composer, which is
// replaced only when it appears or disappears (`data-refresh-key`).

import { fetchToken, renewTokens } from "../page/form-tokens.js";
import { fetchPage } from "../page/fragment.js";
import { nameOf } from "../page/names.js";
import { shown } from "../page/shown.js";

/** @import { Connection } from "./socket.js" */
/** @import { RoomState } from "./protocol.js" */

const GATHER_MS = 100;
/** Home shows what is unread, which changes with each message. */
const GATHER_UNREAD_MS = 1_000;
/** Spreads the requests of the members of a large room when somebody joins or leaves. */
const SPREAD_MS_PER_MEMBER = 10;
const SPREAD_AT_MOST_MS = 10_000;

class Refresher {
  #timer = 0;
  #running = false;
  #again = false;
  /** Whether only what shows unread counts is asked for: the list of conversations keeps its own. */ #isOfUnread = false;
  /** Whether the forms of the page need tokens of another history. */ #wantsTokens = false;

  /** The server has another history. */
  restart() {
    this.#wantsTokens = true;
    this.ask(0);
  }

  /** Schedules a refresh; debounced. */
  ask(wait = GATHER_MS) {
    if (!this.#wantsTokens && !document.querySelector("[data-refresh]")) return;
    this.#isOfUnread = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  /** The unread counts have changed. Not debounced, because messages may come without a pause. */
  askForUnread() {
    if (this.#timer === 0 && document.querySelector("[data-refresh~=unread]")) {
      this.ask(GATHER_UNREAD_MS);
      this.#isOfUnread = true;
    }
  }

  async #run() {
    this.#timer = 0;
    const isOfUnread = this.#isOfUnread;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    // Null without a connection or a session: the socket notices both, and the next hello refreshes.
    const address = ownAddress();
    const page = await fetchPage(address);
    if (this.#wantsTokens) await this.#renewTokens(page);
    // Another room may have been opened in the meantime.
    if (address !== ownAddress()) this.#again = true;
    else if (page) {
      swapAll(page, isOfUnread ? "[data-refresh~=unread]" : "[data-refresh]");
      if (!isOfUnread && page.querySelector(".message-author")) renaming((names) => names.adoptNames(page));
    }
    this.#running = false;
    if (this.#again) {
      this.#again = false;
      this.ask();
    }
  }

  /** The page may not exist in the other history, while its menu still needs a token. @param {Document | null} page */
  async #renewTokens(page) {
    if (page) renewTokens(page);
    this.#wantsTokens = !page && !(await fetchToken());
  }
}

/** Names in the log seldom change. @param {(names: typeof import("../people/renaming.js")) => void} use */
const renaming = (use) => import("../people/renaming.js").then(use, () => {});

/** The address to fetch: some pages are answers to forms, and name the address that has the same content. */
const ownAddress = () => document.querySelector("[data-refresh-from]")?.dataset.refreshFrom ?? location.href;

/** @param {Document} page  @param {string} selector  of what may be replaced */
function swapAll(page, selector) {
  for (const old of document.querySelectorAll(selector)) {
    const fresh = page.getElementById(old.id);
    if (fresh && isDifferent(old, fresh)) swap(old, document.importNode(fresh, true));
  }
}

/** @param {HTMLElement} old  @param {HTMLElement} fresh */
function isDifferent(old, fresh) {
  const key = old.dataset.refreshKey;
  return key === undefined ? old.innerHTML !== fresh.innerHTML : key !== fresh.dataset.refreshKey;
}

/**
 * Replaces an element with a newer form of it from another page; the focus stays on the same control.
 * @param {HTMLElement} old  @param {HTMLElement} fresh
 */
export function swap(old, fresh) {
  const focused =
    document.activeElement && old.contains(document.activeElement) ? describe(document.activeElement) : null;
  document.dispatchEvent(new CustomEvent("parlour:swapping", { detail: old }));
  const { scrollTop } = old;
  old.replaceWith(fresh);
  fresh.scrollTop = scrollTop;
  if (focused) refocus(fresh, focused);
  document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: fresh }));
}

/** @param {Element} element */
function describe(element) {
  return {
    id: element.id,
    label: element.getAttribute("aria-label") ?? element.getAttribute("href") ?? "",
    section: element.closest("section")?.getAttribute("aria-labelledby"),
  };
}

/**
 * Focuses the same control, or the heading of its list if that is gone, or else the main part.
 * @param {HTMLElement} root  @param {{id: string, label: string, section: string | null | undefined}} options
 */
function refocus(root, { id, label, section }) {
  const controls = [...root.querySelectorAll("a, button, textarea, [tabindex]")].filter(
    (element) => element.getClientRects().length > 0,
  );
  const same = controls.find((element) =>
    id ? element.id === id : [element.getAttribute("aria-label"), element.getAttribute("href")].includes(label),
  );
  const next = same ?? document.getElementById(section ?? "") ?? controls[0];
  (next ?? document.getElementById("main"))?.focus({ preventScroll: true });
}

/** @param {Connection} connection */
export function refreshOn(connection) {
  const refresher = new Refresher();
  let greeted = false;
  connection.addEventListener("restarted", () => refresher.restart());
  for (const type of /** @type {const} */ ([
    "relation.changed",
    "requests.changed",
    "room.added",
    "room.removed",
    // The person has arranged their list, or scheduled something, perhaps on another device.
    "pins.changed",
    "level.changed",
    "later.changed",
  ])) {
    connection.addEventListener(type, () => refresher.ask());
  }
  for (const type of /** @type {const} */ (["message.created", "message.changed", "read.moved"])) {
    connection.addEventListener(type, () => refresher.askForUnread());
  }
  connection.addEventListener("room.changed", ({ detail }) => refresher.ask(spread(detail.room)));
  connection.addEventListener("member.changed", ({ detail: { room } }) => {
    // On other pages only the name of a group shows who is in it.
    if (room === shown().about || rowOf(room)?.dataset.kind === "group") refresher.ask(spread(room));
  });
  connection.addEventListener("person.changed", ({ detail: { user } }) => {
    renaming((names) => names.rename({ id: user.id, name: nameOf(user) }));
    refresher.ask(spread(shown().about ?? 0));
  });
  connection.addEventListener("session.hello", ({ detail }) => {
    // Changes during an interruption were missed. Right after loading, comparing the rooms and their last events is
    // enough; the page of friends has nothing to compare.
    if (greeted || document.getElementById("people") || !isComplete(detail.rooms)) refresher.ask();
    greeted = true;
  });
}

/** @param {number} room */
const rowOf = (room) => document.querySelector(`#conversations a[href="/rooms/${room}/"]`);

/** @param {number} room */
function spread(room) {
  const members = room === shown().about ? Number(document.getElementById("room-head")?.dataset.members) : 0;
  return GATHER_MS + Math.random() * Math.min((members || 0) * SPREAD_MS_PER_MEMBER, SPREAD_AT_MOST_MS);
}

/** Returns whether the list of conversations has the rooms of the hello as they are, and no other. @param {RoomState[]} rooms */
function isComplete(rooms) {
  const list = document.getElementById("conversations");
  const known = list?.querySelectorAll("li > a").length;
  /** @param {RoomState} state */
  const isKnown = ({ room, last_seq: seq }) => Number(rowOf(room)?.dataset.seq ?? -1) >= seq;
  return !list || (known === rooms.length && rooms.every(isKnown));
}
