// The emoji picker: frequent ones, and a search by name over all. The list is fetched at first use (lazy loading).

import { build, find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { ranked } from "../page/match.js";
import { Popup } from "../page/popup.js";
import { say } from "../page/words.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const MOST = 64;
const COLUMNS = 8;
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

export class Picker {
  /** Emoji, name, other names. @type {[string, string, string][] | null} */ #list = null;
  /** @type {(emoji: string) => void} */ #choose = () => {};

  /**
   * @param {{element: HTMLElement, source: string, quick: [string, string][], lifetime: Lifetime}} options
   *   `quick` with names
   */
  constructor({ element, source, quick, lifetime }) {
    this.element = element;
    this.source = source;
    /** @type {HTMLInputElement} */ this.search = find(element, ".picker-search");
    this.found = find(element, ".picker-found");
    this.none = find(element, ".picker-none");
    this.popup = new Popup(element, lifetime);
    find(element, ".picker-quick").append(...quick.map(([emoji, name]) => choice(emoji, name)));
    element.addEventListener("click", ({ target }) => this.#pick(target.closest(".choice")));
    element.addEventListener("keydown", (event) => this.#key(event));
    this.search.addEventListener("input", () => this.#show());
  }

  /** @param {HTMLElement} anchor  @param {(emoji: string) => void} choose */
  async open(anchor, choose, opener = anchor) {
    this.#choose = choose;
    this.search.value = "";
    this.found.replaceChildren();
    this.none.textContent = "";
    this.popup.open(anchor, opener);
    find(this.element, ".choice").focus({ preventScroll: true });
    this.#list ??= await load(this.source);
    this.#show();
  }

  /** @param {HTMLButtonElement | null} button */
  #pick(button) {
    if (!button) return;
    this.popup.close();
    this.#choose(button.value);
  }

  /** @param {OnElement<KeyboardEvent>} event */
  #key(event) {
    const key = keyOf(event);
    if (key === "Enter" && event.target === this.search) {
      event.preventDefault();
      return this.#pick(this.found.querySelector(".choice"));
    }
    const step = STEPS[key];
    const from = event.target.closest(".choice");
    if (key === "ArrowDown" && event.target === this.search) this.found.querySelector(".choice")?.focus();
    else if (!step || !from) return undefined;
    else {
      const all = [...this.element.querySelectorAll(".choice")];
      const to = all[all.indexOf(from) + step];
      (to ?? (step < 0 ? this.search : from)).focus();
    }
    return event.preventDefault();
  }

  #show() {
    if (!this.#list) {
      this.none.textContent = say("js-emoji-unavailable");
      return;
    }
    const found = ranked(this.#list, this.search.value, ([, name, more]) => `${name} ${more}`).slice(0, MOST);
    this.found.replaceChildren(...found.map(([emoji, name]) => choice(emoji, name)));
    this.none.textContent = found.length === 0 ? say("js-emoji-none") : "";
  }
}

/** @param {string} emoji  @param {string} name */
function choice(emoji, name) {
  const fields = { className: "choice", value: emoji, title: name, ariaLabel: name };
  return build("button", { type: "button", ...fields }, emoji);
}

/** @param {string} source */
async function load(source) {
  try {
    const answer = await fetch(source);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
