// Popup of the emoji picker, for reactions and for the box. It has the common emoji, which can be chosen without a
// connection. The rest is loaded when it is opened first (emoji-picker.js).

import { build, find } from "../page/elements.js";
import { Popup } from "../page/popup.js";
import { say } from "../page/words.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Picker } from "./emoji-picker.js" */

const touch = matchMedia("(pointer: coarse)");

/**
 * @typedef {object} Picking
 * @property {HTMLElement} anchor
 * @property {HTMLElement} [opener]
 * @property {HTMLTextAreaElement} [back]  the box that the emoji goes into; without one it is a reaction
 * @property {(emoji: string) => void} choose
 */

export class EmojiPopup {
  /** @type {Picker | null} */ #picker = null;
  /** @type {(emoji: string) => void} */ #choose = () => {};

  /** @param {{element: HTMLElement, quick: [string, string][], lifetime: Lifetime}} options  `quick` with names */
  constructor({ element, quick, lifetime }) {
    this.element = element;
    this.quick = quick;
    this.title = element.ariaLabel;
    this.often = find(element, ".picker-quick");
    this.none = find(element, ".picker-none");
    /** @type {HTMLInputElement} */ this.search = find(element, ".picker-search");
    this.popup = new Popup(element, lifetime);
    this.often.addEventListener("click", ({ target }) => this.choose(target.closest(".choice")));
  }

  /** @param {Picking} picking */
  async open({ anchor, opener = anchor, back, choose }) {
    this.#choose = choose;
    this.element.ariaLabel = back ? (this.element.dataset.box ?? "") : this.title;
    this.search.value = "";
    this.none.textContent = "";
    this.often.replaceChildren(...this.quick.map(choice));
    this.popup.open(anchor, opener, back);
    // On touch devices the focus of the search would open the keyboard over the emoji.
    const first = back && !touch.matches ? this.search : find(this.often, ".choice");
    first.focus({ preventScroll: true });
    try {
      this.#picker ??= new (await import("./emoji-picker.js")).Picker(this);
      await this.#picker.show(back !== undefined);
    } catch {
      this.none.textContent = say("js-emoji-unavailable");
    }
  }

  /** @param {HTMLButtonElement | null} button */
  choose(button) {
    if (!button) return;
    this.popup.close();
    this.#choose(button.value);
  }
}

/** @param {[string, string]} emoji  with its name */
export function choice([emoji, name]) {
  const fields = { className: "choice", value: emoji, title: name, ariaLabel: name };
  return build("button", { type: "button", ...fields }, emoji);
}
