// Opens another room without loading a page. From the choice on, the box is that of the chosen room; its page follows,
// from the same address as without scripts. Without a connection it comes later, and the box can be used. Whatever else
// goes wrong leads to an ordinary page load, with all that was typed.

import { pageData } from "../page/data.js";
import { byId } from "../page/elements.js";
import { renewTokens } from "../page/form-tokens.js";
import { show } from "../page/shown.js";
import { isPlain } from "../page/visit.js";
import { showBadges } from "../reading/attention.js";
import { Arrival } from "./arrival.js";
import { choose, leadBackTo, showPage } from "./frame.js";
import { OpenRoom } from "./open-room.js";
import { draftsOf } from "./writing.js";

/** @import { RoomPage } from "../page/data.js" */
/** @import { Services } from "./services.js" */

/** The click follows the end of its press at once; a busy page may be late. */
const CLICK_WITHIN_MS = 500;

/** The addresses of a room, and of a message in it. */
const ROOM = /^\/rooms\/(\d+)\/(?:messages\/\d+\/)?$/;

/** Returns the room of an address. @param {string} pathname */
const roomOf = (pathname) => Number(ROOM.exec(pathname)?.[1] ?? 0);

export class Switching {
  /** @type {OpenRoom | null} */ #open = null;
  /** Whether the room is chosen by its place in the list. */ #isWalking = false;
  /** The page of the link that is pressed, which is usually there when the press becomes a click. @type {Arrival | null} */
  #early = null;
  /** The path of the page as it was loaded, until another room is opened in it. @type {string | null} */
  #loaded = location.pathname;

  /** @param {Services} services */
  constructor(services) {
    this.services = services;
    const { maxChars, page } = { maxChars: pageData?.max_chars ?? 0, page: pageData };
    this.maxChars = maxChars;
    if (page?.room) this.#showFirst(/** @type {RoomPage} */ (page));
    document.addEventListener("pointerdown", (event) => this.#pressed(event));
    document.addEventListener("pointercancel", () => this.#dropEarly());
    // A press that becomes no click, because it ends elsewhere or opened a menu.
    document.addEventListener("pointerup", () => {
      const early = this.#early;
      if (early) setTimeout(() => this.#early === early && this.#dropEarly(), CLICK_WITHIN_MS);
    });
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("parlour:visit", (event) => this.#visit(event.detail) && event.preventDefault());
    addEventListener("popstate", () => this.#popped());
  }

  /** @param {RoomPage} page */
  #showFirst(page) {
    const { room, created_ms: made } = page;
    const drafts = draftsOf(room, made, this.services);
    this.#open = new OpenRoom({ room, maxChars: this.maxChars, drafts, services: this.services });
    this.#open.show(page);
    if (!location.hash) this.#open.writing.composer?.focusUnlessTouch();
  }

  /** Requests the page of a room already when its link is pressed. @param {OnElement<PointerEvent>} event */
  #pressed(event) {
    this.#dropEarly();
    const url = plainLink(event)?.href;
    if (url && this.#roomBehind(new URL(url)) !== null) this.#early = new Arrival(url, this.services.connection);
  }

  #dropEarly() {
    this.#early?.stop();
    this.#early = null;
  }

  /** @param {OnElement<MouseEvent>} event */
  #clicked(event) {
    const link = plainLink(event);
    if (!link) return this.#dropEarly();
    // A key has chosen the next one of the list (shell/room-keys.js), which must not change its order meanwhile.
    this.#isWalking = event.detail === 0;
    if (this.#visit(link.href)) event.preventDefault();
    this.#isWalking = false;
  }

  /** Returns whether the address leads to a room that can be opened here. @param {string} address */
  #visit(address) {
    const url = new URL(address, location.href);
    const room = this.#roomBehind(url);
    if (room === null) return false;
    const isOther = url.href !== location.href;
    // A room that was left before its page was loaded gets no history entry, as with ordinary page
    // loads.
    const isPassed = this.#open !== null && !this.#open.isShown;
    // The answer to a form has the address of the form, which cannot be asked for.
    if (this.#open && roomOf(location.pathname) === 0)
      history.replaceState(history.state, "", `/rooms/${this.#open.room}/`);
    this.#go(url, room, (state) => {
      if (isOther && !isPassed) history.pushState(state, "", url);
      else history.replaceState(state, "", url);
    });
    return true;
  }

  /** Back or Forward led to another entry. */
  #popped() {
    const room = roomOf(location.pathname);
    // Within the open room (log/jump.js), or to a place on a page without a room.
    if (room !== 0 ? room === this.#open?.room : location.pathname === this.#loaded) return;
    if (!this.#canGo(room)) return this.#load();
    this.#go(new URL(location.href), room, null);
  }

  /** Returns the room to which the address leads, if it can be opened here. @param {URL} url */
  #roomBehind(url) {
    const room = roomOf(url.pathname);
    const isWithin = room === this.#open?.room && url.search + url.hash !== "";
    return isWithin || !this.#canGo(room) ? null : room;
  }

  /** @param {number} room */
  #canGo(room) {
    return linkTo(room) !== null && draftsOf(room, undefined, this.services).isSame;
  }

  /**
   * @param {URL} url  @param {number} room
   * @param {null | ((state: {epoch: string | undefined}) => void)} enter  makes the entry of the history; null if it is
   *   there already
   */
  async #go(url, room, enter) {
    const { known, notice, receipts } = this.services;
    const isWalking = this.#isWalking;
    const early = this.#early?.address === url.href ? this.#early : null;
    const arrival = early ?? new Arrival(url.href, this.services.connection);
    if (early) this.#early = null;
    else this.#dropEarly();
    this.#open?.leave(enter !== null);
    this.#loaded = null;
    enter?.({ epoch: known.epoch });
    const empty = choose(/** @type {HTMLElement} */ (linkTo(room)), notice.element);
    show(room, null);
    receipts.room = room;
    const drafts = draftsOf(room, undefined, this.services);
    const open = new OpenRoom({ room, maxChars: this.maxChars, drafts, services: this.services });
    this.#open = open;
    open.lifetime.atEnd(() => arrival.stop());
    open.wait(empty);
    open.writing.composer?.focusUnlessTouch();
    showBadges();
    const page = await arrival.page;
    if (open.lifetime.isOver) return undefined;
    const data = page && dataOf(page);
    if (!page || data?.room !== room || !isOfSame(page, known.epoch)) return this.#load();
    try {
      return this.#show(page, data, isWalking);
    } catch (error) {
      reportError(error);
      return this.#load();
    }
  }

  /** @param {Document} page  @param {RoomPage} data  @param {boolean} isWalking */
  #show(page, data, isWalking) {
    const open = /** @type {OpenRoom} */ (this.#open);
    const { known, notice } = this.services;
    const { room, last_seq: seq, created_ms: made } = data;
    renewTokens(page);
    known.note(room, seq, made);
    show(room, made);
    open.writing.save();
    if (!showPage(page, notice.element, isWalking)) open.writing.adopt();
    leadBackTo(room);
    document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: byId("main") }));
    open.show(data);
    if (document.activeElement === document.body) focus(open);
  }

  /** Loads the page of the address. */
  #load() {
    this.#open?.writing.save();
    location.reload();
  }
}

/**
 * Returns the link of a plain press or click, which would load another page of this site here.
 * @param {OnElement<MouseEvent>} event  @returns {HTMLAnchorElement | null}
 */
function plainLink(event) {
  if (!isPlain(event)) return null;
  /** @type {HTMLAnchorElement | null} */ const link = event.target.closest("a[href]");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return null;
  return link;
}

/** @param {OpenRoom} open */
function focus({ writing: { composer } }) {
  composer?.focusUnlessTouch();
  if (document.activeElement === document.body) byId("main").focus({ preventScroll: true });
}

/** Returns the link of a room in the list of conversations. @param {number} room @returns {HTMLElement | null} */
const linkTo = (room) => document.querySelector(`#conversations a[data-conversation="${room}"]`);

/** @param {Document} page  @returns {RoomPage | null} */
const dataOf = (page) => JSON.parse(page.getElementById("page-data")?.textContent ?? "null");

/**
 * Returns whether a page is one for this person, from the same release of the server, and from the same history.
 * @param {Document} page  @param {string | undefined} epoch
 */
function isOfSame(page, epoch) {
  const [here, there] = [document, page].map((one) => one.querySelector("script[type=module]")?.getAttribute("src"));
  const { user, epoch: theirs } = page.body.dataset;
  return here === there && user === document.body.dataset.user && theirs === epoch;
}
