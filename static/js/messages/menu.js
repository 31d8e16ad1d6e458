// The context menu of messages: one for all of them, opened by a button of the message, by Enter, or by a long press.

import { Popup } from "../page/popup.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Right } from "./rights.js" */

/** Less than the half second after which browsers begin to select text and cancel the pointer. */
const LONG_PRESS_MS = 450;
const MOVED_PX = 10;
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

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
    element.addEventListener("keydown", (event) => this.#key(event));
    log.addEventListener("click", (event) => {
      const button = event.target.closest("button.message-more");
      const message = button?.closest("article");
      if (message) this.open(message, button);
    });
    longPress(log, (message) => this.open(message, message.querySelector(".message-more"), message));
  }

  /** @param {HTMLElement} message  @param {HTMLElement | null} anchor */
  open(message, anchor, opener = anchor) {
    const rights = this.rights(message);
    if (rights.size === 0 || !anchor || !opener) return;
    // A long press may be reported twice.
    if (this.popup.isOpen && this.#message === message) return;
    this.#message = message;
    for (const item of this.#all()) item.hidden = !rights.has(/** @type {Right} */ (item.dataset.do));
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

  /** @param {KeyboardEvent} event */
  #key(event) {
    const items = this.#items();
    const index = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    /** @type {HTMLElement | null | undefined} */ let to = null;
    if (event.key in STEPS) to = items[(index + STEPS[event.key] + items.length) % items.length];
    else if (event.key === "Home") [to] = items;
    else if (event.key === "End") to = items.at(-1);
    else if (event.key === "Tab") this.popup.close();
    else if (event.key.length === 1) to = byLetter(items, index, event.key);
    if (event.key === "Tab" || to) event.preventDefault();
    to?.focus();
  }
}

/** @param {HTMLElement[]} items  @param {number} index  @param {string} letter */
function byLetter(items, index, letter) {
  const order = [...items.slice(index + 1), ...items.slice(0, index + 1)];
  return order.find((item) => item.textContent.toLowerCase().startsWith(letter.toLowerCase()));
}

/** Returns the message, unless a press means something else there. @param {HTMLElement} target */
const pressable = (target) =>
  target.closest("a, button, summary, pre") ? null : target.closest("article.message[data-id]");

/**
 * Opens the menu on a long press. The browser still offers its selection of text. Browsers that have a context menu for
 * a long press fire its event instead of ours, or after it.
 * @param {HTMLElement} log  @param {(message: HTMLElement) => void} open
 */
function longPress(log, open) {
  let timer = 0;
  /** Whether this press has opened the menu. */ let isDone = false;
  /** @type {{x: number, y: number} | null} */ let start = null;
  const stop = () => clearTimeout(timer);
  /** @param {HTMLElement} message */
  const finish = (message) => {
    stop();
    isDone = true;
    open(message);
  };
  log.addEventListener("pointerdown", ({ pointerType, target, clientX, clientY }) => {
    stop();
    isDone = false;
    const message = pressable(target);
    if (pointerType !== "touch" || !message) return;
    start = { x: clientX, y: clientY };
    timer = setTimeout(() => finish(message), LONG_PRESS_MS);
  });
  log.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.x, clientY - start.y) > MOVED_PX) stop();
  });
  log.addEventListener("contextmenu", (event) => {
    const { pointerType, target } = /** @type {OnElement<PointerEvent>} */ (event);
    const message = pressable(target);
    if (pointerType !== "touch" || !message) return;
    event.preventDefault();
    finish(message);
  });
  // Otherwise the mouse events that browsers emulate would focus the message, and so close the menu.
  log.addEventListener("touchend", (event) => isDone && event.preventDefault(), { passive: false });
  for (const end of ["pointerup", "pointercancel", "scroll"]) log.addEventListener(end, stop, { passive: true });
}
