// The menu of each conversation in the list: pin, move, mark read, mute, hide. One menu and one button for all of them,
// so that a long list stays cheap: the button stands in the row under the pointer, or in that with the focus. The
// context menu of the row and a long press open it, too; a swipe does what is done most. The page of notifications has
// the same as forms.

import { build, byId, find } from "../page/elements.js";
import { Lifetime } from "../page/lifetime.js";
import { longPress } from "../page/long-press.js";
import { keyInMenu } from "../page/menu-keys.js";
import { Popup } from "../page/popup.js";
import { visit } from "../page/visit.js";
import { say } from "../page/words.js";
import { showBadges, unread } from "../reading/attention.js";
import { rememberFolds } from "./folds.js";
import { offerSwipe } from "./swipe.js";

/** @import { Connection } from "../live/socket.js" */
/** @import { ClientEvent } from "../live/protocol.js" */

/** Time that a sentence about a failure stays. */
const STAYS_MS = 8_000;
/** @type {Record<string, "up" | "down">} */
const STEPS = { ArrowUp: "up", ArrowDown: "down" };

export class RowMenu {
  /** The row of the menu. @type {HTMLElement | null} */ #row = null;
  /** Says that it is done, once the server has said so. @type {string | null} */ #done = null;
  #hiding = 0;

  /** @param {Connection} connection  @param {HTMLElement} side */
  constructor(connection, side) {
    this.connection = connection;
    this.side = side;
    this.menu = byId("row-menu");
    this.status = byId("list-status");
    this.popup = new Popup(this.menu, new Lifetime());
    this.button = build("button", { type: "button", className: "row-more", ariaHasPopup: "menu" });
    this.button.addEventListener("click", () => this.#open(this.button));
    side.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && this.show(target));
    side.addEventListener("focusin", ({ target }) => this.show(target));
    side.addEventListener("pointerleave", () => this.#leave());
    side.addEventListener("contextmenu", (event) => this.#contextMenu(event));
    side.addEventListener("keydown", (event) => this.#key(event));
    longPress(side, rowOf, (row) => this.#openAt(row));
    offerSwipe(
      side,
      rowOf,
      (row, side) => this.#swiped(row, side),
      (what, row) => this.#act(what, row),
    );
    this.menu.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-do]")));
    this.menu.addEventListener("keydown", (event) => keyInMenu(event, this.#items(), this.popup));
    this.#keepThroughSwaps();
    rememberFolds();
    for (const type of /** @type {const} */ (["pins.changed", "level.changed", "read.moved"]))
      connection.addEventListener(type, () => this.#say(this.#done));
    connection.addEventListener("error.reported", ({ detail }) => this.#done && this.#say(detail.text, true));
  }

  /** Puts the button into the row around an element, if there is one. @param {HTMLElement} target */
  show(target) {
    const row = rowOf(target);
    if (!row || this.popup.isOpen || this.button.parentElement === row) return;
    // The focus stays in its row.
    if (document.activeElement === this.button) linkOf(/** @type {HTMLElement} */ (this.button.parentElement)).focus();
    this.button.ariaLabel = say("js-row-actions", { name: nameOf(row) });
    row.append(this.button);
  }

  #leave() {
    if (this.popup.isOpen || this.button.parentElement?.contains(document.activeElement)) return;
    this.button.remove();
  }

  /** Of the keyboard and of other pointers than touch, which a long press is about. @param {Event} event */
  #contextMenu(event) {
    const { pointerType, target } = /** @type {OnElement<PointerEvent>} */ (event);
    const row = rowOf(target);
    if (!row || pointerType === "touch") return;
    event.preventDefault();
    this.#openAt(row);
  }

  /** @param {HTMLElement} row */
  #openAt(row) {
    this.popup.close(false);
    this.show(row);
    this.#open(linkOf(row));
  }

  /** @param {HTMLElement} opener  in the row */
  #open(opener) {
    const row = rowOf(opener);
    if (!row) return;
    this.#row = row;
    const wanted = this.#rights(row);
    for (const item of this.#all()) item.hidden = !wanted[item.dataset.do ?? ""];
    this.menu.ariaLabel = this.button.ariaLabel;
    this.popup.open(this.button.isConnected ? this.button : opener, opener);
    this.#items()[0].focus({ preventScroll: true });
  }

  /** Returns what can be done with a conversation now. @param {HTMLElement} row  @returns {Record<string, boolean>} */
  #rights(row) {
    const state = unread.state(roomOf(row));
    const isListed = !row.closest(".hidden-rooms");
    const pins = [...(row.closest(".pinned-rooms")?.children ?? [])];
    const place = pins.indexOf(row);
    return {
      pin: isListed && place < 0,
      unpin: place >= 0,
      up: place > 0,
      down: place >= 0 && place < pins.length - 1,
      read: linkOf(row).classList.contains("unread"),
      mute: isListed && state?.level !== "nothing",
      unmute: isListed && state?.level === "nothing",
      hide: isListed,
      list: !isListed,
      level: true,
    };
  }

  /** Returns what a swipe does. @param {HTMLElement} row  @param {"start" | "end"} side */
  #swiped(row, side) {
    const rights = this.#rights(row);
    const what = (side === "end" ? ["read"] : ["mute", "unmute"]).find((one) => rights[one]);
    return what ? { what, word: find(this.menu, `[data-do="${what}"]`).textContent } : null;
  }

  #all() {
    return /** @type {HTMLElement[]} */ ([...this.menu.children]);
  }

  #items() {
    return this.#all().filter(({ hidden }) => !hidden);
  }

  /** @param {HTMLElement | null} item */
  #choose(item) {
    if (!item || !this.#row) return;
    this.popup.close();
    this.#act(item.dataset.do ?? "", this.#row);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = rowOf(/** @type {HTMLElement} */ (event.target));
    const to = STEPS[event.key];
    const isMove = (event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey;
    if (!row?.closest(".pinned-rooms") || !to || !isMove) return;
    event.preventDefault();
    this.#act(to, row);
  }

  /** @param {string} what  @param {HTMLElement} row */
  #act(what, row) {
    const room = roomOf(row);
    if (what === "level") return visit(`/rooms/${room}/notifications/`);
    const usual = unread.state(room)?.kind === "direct" ? "everything" : "mentions";
    /** @type {Record<string, ClientEvent>} */
    const events = {
      read: { type: "room.read", room, seq: unread.newest(room) },
      mute: { type: "room.level", room, level: "nothing" },
      unmute: { type: "room.level", room, level: usual },
      hide: { type: "room.level", room, level: "hidden" },
      list: { type: "room.level", room, level: usual },
    };
    const event = events[what] ?? { type: "room.pin", room, to: what };
    if (!this.connection.send(event)) return this.#say(say("js-row-offline"), true);
    this.#done = say(`js-row-${what}`, { name: nameOf(row) });
    if (what !== "read") return undefined;
    unread.read(room, unread.newest(room));
    return showBadges();
  }

  /** @param {string | null} words  @param {boolean} [isFailure]  is also shown */
  #say(words, isFailure = false) {
    if (words === null) return;
    this.#done = null;
    clearTimeout(this.#hiding);
    this.status.textContent = words;
    this.status.classList.toggle("vh", !isFailure);
    this.#hiding = setTimeout(() => this.status.replaceChildren(), STAYS_MS);
  }

  /** The button, with the focus if it had that, comes back into the row when the list was replaced. */
  #keepThroughSwaps() {
    let room = 0;
    let hadFocus = false;
    document.addEventListener("parlour:swapping", ({ detail }) => {
      const row = detail.contains(this.button) && this.button.parentElement;
      room = row ? roomOf(row) : 0;
      hadFocus = document.activeElement === this.button;
    });
    document.addEventListener("parlour:swapped", ({ detail }) => {
      const link = room && detail.querySelector(`a[data-conversation="${room}"]`);
      if (!link) return;
      room = 0;
      this.show(link);
      if (hadFocus) (this.button.checkVisibility() ? this.button : link).focus({ preventScroll: true });
    });
  }
}

/** Returns the row of a conversation around an element. @param {HTMLElement} target */
const rowOf = (target) => target.closest("#conversations li");

/** @param {HTMLElement} row @returns {HTMLElement} */
const linkOf = (row) => find(row, "a");

/** @param {HTMLElement} row */
const roomOf = (row) => Number(linkOf(row).dataset.conversation);

/** @param {HTMLElement} row */
const nameOf = (row) => find(row, ".side-name").textContent;
