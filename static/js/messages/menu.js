// The context menu of messages: one for all of them, opened by a button of the message, by Enter, or by a long press.

import { longPress } from "../page/long-press.js";
import { keyInMenu } from "../page/menu-keys.js";
import { Popup } from "../page/popup.js";
import { isPinned } from "./rights.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Right } from "./rights.js" */

export class MessageMenu {
  /** @type {HTMLElement | null} */ #message = null;

  /**
   * @param {{element: HTMLElement, log: HTMLElement, rights: (message: HTMLElement) => Set<Right>,
   *   act: (what: Right, message: HTMLElement) => void, lifetime: Lifetime}} options
   */
  constructor({ element, log, rights, act, lifetime }) {
    this.element = element;
    this.rights = rights;
    this.act = act;
    this.popup = new Popup(element, lifetime);
    element.addEventListener("click", ({ target }) => this.#choose(target.closest("[data-do]")));
    element.addEventListener("keydown", (event) => keyInMenu(event, this.#items(), this.popup));
    log.addEventListener("click", (event) => {
      const button = event.target.closest("button.message-more");
      const message = button?.closest("article");
      if (message) this.open(message, button);
    });
    longPress(log, pressable, (message) => this.open(message, message.querySelector(".message-more"), message));
  }

  /** @param {HTMLElement} message  @param {HTMLElement | null} anchor */
  open(message, anchor, opener = anchor) {
    const rights = this.rights(message);
    if (rights.size === 0 || !anchor || !opener) return;
    // A long press may be reported twice.
    if (this.popup.isOpen && this.#message === message) return;
    this.#message = message;
    for (const item of this.#all()) item.hidden = !rights.has(/** @type {Right} */ (item.dataset.do));
    this.element.classList.toggle("of-pinned", isPinned(message));
    this.popup.open(anchor, opener);
    this.#items()[0].focus({ preventScroll: true });
  }

  #items() {
    return this.#all().filter(({ hidden }) => !hidden);
  }

  #all() {
    return /** @type {HTMLElement[]} */ ([...this.element.children]);
  }

  /** @param {HTMLElement | null} item */
  #choose(item) {
    if (!item || !this.#message) return;
    const message = document.getElementById(this.#message.id) ?? this.#message;
    this.popup.close();
    this.act(/** @type {Right} */ (item.dataset.do), message);
  }
}

/** Returns the message, unless a press means something else there. @param {HTMLElement} target */
const pressable = (target) =>
  target.closest("a, button, summary, pre") ? null : target.closest("article.message[data-id]");
