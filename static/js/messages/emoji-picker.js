// The emoji picker, for reactions and for the box: often used ones, a search by name, categories and skin tones. Loaded
// when somebody opens it first (lazy loading).

import { build, find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { ranked } from "../page/match.js";
import { Popup } from "../page/popup.js";
import { say } from "../page/words.js";
import { EmojiMemory, fetchEmoji, inTone, TONES, wordsOf } from "./emoji-list.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Entry } from "./emoji-list.js" */

const MOST = 64;
/** As in the style sheet. */
const COLUMNS = 8;
const touch = matchMedia("(pointer: coarse)");

/**
 * @typedef {object} Picking
 * @property {HTMLElement} anchor
 * @property {HTMLElement} [opener]
 * @property {HTMLTextAreaElement} [back]  the box that the emoji goes into; without one it is a reaction
 * @property {(emoji: string) => void} choose
 */

/** @param {HTMLElement} root */
const choicesIn = (root) => [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".choice"))];

export class Picker {
  /** @type {Entry[][] | null} */ #groups = null;
  /** @type {(emoji: string) => void} */ #choose = () => {};
  #group = 0;

  /** @param {{element: HTMLElement, quick: [string, string][], lifetime: Lifetime}} options  `quick` with names */
  constructor({ element, quick, lifetime }) {
    this.element = element;
    this.quick = quick;
    this.memory = new EmojiMemory();
    this.title = element.ariaLabel;
    /** @type {HTMLInputElement} */ this.search = find(element, ".picker-search");
    this.often = find(element, ".picker-quick");
    this.groups = find(element, ".picker-groups");
    this.found = find(element, ".picker-found");
    this.tones = find(element, ".picker-tones");
    this.none = find(element, ".picker-none");
    this.popup = new Popup(element, lifetime);
    element.addEventListener("click", ({ target }) => this.#press(target.closest(".choice")));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focusin", ({ target }) => this.#rove(target));
    this.search.addEventListener("input", () => this.#show());
  }

  /** @param {Picking} picking */
  async open({ anchor, opener = anchor, back, choose }) {
    this.#choose = choose;
    this.element.ariaLabel = back ? (this.element.dataset.box ?? "") : this.title;
    this.search.value = "";
    this.none.textContent = "";
    this.#showOften(back !== undefined);
    this.#show();
    this.popup.open(anchor, opener, back);
    // On touch devices the focus of the search would open the keyboard over the emoji.
    const first = back && !touch.matches ? this.search : find(this.often, ".choice");
    first.focus({ preventScroll: true });
    this.#groups ??= await fetchEmoji();
    if (!this.#groups) this.none.textContent = say("js-emoji-unavailable");
    this.#show();
  }

  /** Shows recently used and common emoji. Reactions with the same emoji count together. */
  #showOften(isForBox = false) {
    const recent = isForBox ? this.memory.all.recent : [];
    const used = new Set(recent.map(([emoji]) => emoji));
    const often = [...recent, ...this.quick.filter(([emoji]) => !used.has(emoji))].slice(0, COLUMNS);
    this.often.replaceChildren(...often.map(([emoji, name]) => choice(emoji, name)));
    this.#rove(find(this.often, ".choice"));
  }

  /** @param {HTMLButtonElement | null} button */
  #press(button) {
    if (!button) return;
    const index = choicesIn(/** @type {HTMLElement} */ (button.parentElement)).indexOf(button);
    if (this.groups.contains(button)) {
      this.#group = index;
      this.search.value = "";
      this.#show();
    } else if (this.tones.contains(button)) {
      this.memory.setTone(TONES[index]);
      this.#show();
    } else {
      this.memory.use([button.value, button.title]);
      this.popup.close();
      this.#choose(button.value);
    }
  }

  /** @param {OnElement<KeyboardEvent>} event */
  #key(event) {
    const key = keyOf(event);
    const { search } = this;
    const from = /** @type {HTMLButtonElement | null} */ (event.target.closest(".choice"));
    if (event.target === search) {
      if (key === "Enter") this.#press(this.found.querySelector(".choice"));
      else if (key === "ArrowDown") this.found.querySelector(".choice")?.focus();
      else if (key === "ArrowUp") this.often.querySelector(".choice")?.focus();
      else return;
    } else if (!from) return;
    else if (key.startsWith("Arrow")) this.#walk(from, key);
    else {
      // A letter searches, wherever the focus is.
      if (key.length === 1 && key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) search.focus();
      return;
    }
    event.preventDefault();
  }

  /** Moves the focus by an arrow key, at the edges into the search. @param {HTMLButtonElement} from  @param {string} key */
  #walk(from, key) {
    const row = /** @type {HTMLElement} */ (from.parentElement);
    const all = choicesIn(row);
    const isRtl = getComputedStyle(row).direction === "rtl";
    const to = neighbour({ at: all.indexOf(from), count: all.length, key, isRtl });
    if (to !== null) all[to].focus();
    else if (row === this.found || row === this.often || row === this.groups) this.search.focus();
  }

  /** Makes one emoji of a row a stop of the Tab key (roving tabindex). @param {HTMLElement} target */
  #rove(target) {
    if (!target.matches(".choice")) return;
    for (const one of choicesIn(/** @type {HTMLElement} */ (target.parentElement)))
      one.tabIndex = one === target ? 0 : -1;
  }

  #show() {
    const { tone } = this.memory.all;
    const groups = this.#groups ?? [];
    const typed = this.search.value.trim();
    const found = typed === "" ? (groups[this.#group] ?? []) : ranked(groups.flat(), typed, wordsOf).slice(0, MOST);
    this.found.replaceChildren(...found.map((entry) => choice(inTone(entry, tone), entry[1])));
    this.found.scrollTop = 0;
    if (this.#groups) this.none.textContent = found.length === 0 ? say("js-emoji-none") : "";
    const pressed = [
      { row: this.groups, at: typed === "" ? this.#group : -1 },
      { row: this.tones, at: TONES.indexOf(tone) },
    ];
    for (const { row, at } of pressed) {
      choicesIn(row).forEach((one, index) => {
        one.ariaPressed = String(index === at);
        one.tabIndex = index === Math.max(at, 0) ? 0 : -1;
      });
    }
    const first = this.found.querySelector(".choice");
    if (first) this.#rove(first);
  }
}

/**
 * Returns the place of the neighbour in a grid, or null above its first row and behind its end. Pure, for tests.
 * @param {{at: number, count: number, key: string, isRtl?: boolean}} options
 */
export function neighbour({ at, count, key, isRtl = false }) {
  const ahead = isRtl ? -1 : 1;
  /** @type {Record<string, number>} */
  const steps = { ArrowLeft: -ahead, ArrowRight: ahead, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };
  const to = at + steps[key];
  if (to >= 0 && to < count) return to;
  // The last row may be shorter.
  const isLastRow = Math.floor(at / COLUMNS) === Math.floor((count - 1) / COLUMNS);
  if (key === "ArrowDown" && !isLastRow) return count - 1;
  return Math.abs(steps[key]) === 1 ? at : null;
}

/** @param {string} emoji  @param {string} name */
function choice(emoji, name) {
  const fields = { className: "choice", value: emoji, title: name, ariaLabel: name, tabIndex: -1 };
  return build("button", { type: "button", ...fields }, emoji);
}
