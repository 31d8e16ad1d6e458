// What the emoji picker has besides the common ones: a search by name, categories, skin tones, and what was used last.
// Loaded when somebody opens the popup first (lazy loading).

import { find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { ranked } from "../page/match.js";
import { say } from "../page/words.js";
import { EmojiMemory, fetchEmoji, inTone, TONES, wordsOf } from "./emoji-list.js";
import { choice } from "./emoji-popup.js";

/** @import { Entry } from "./emoji-list.js" */
/** @import { EmojiPopup } from "./emoji-popup.js" */

const MOST = 64;
/** As in the style sheet. */
const COLUMNS = 8;

/** @param {HTMLElement} root */
const choicesIn = (root) => [.../** @type {NodeListOf<HTMLButtonElement>} */ (root.querySelectorAll(".choice"))];

export class Picker {
  /** @type {Entry[][] | null} */ #groups = null;
  #group = 0;

  /** @param {EmojiPopup} base */
  constructor(base) {
    const { element, often, none, search } = base;
    this.base = base;
    this.often = often;
    this.none = none;
    this.search = search;
    this.memory = new EmojiMemory();
    this.groups = find(element, ".picker-groups");
    this.found = find(element, ".picker-found");
    this.tones = find(element, ".picker-tones");
    // Before the popup closes.
    element.addEventListener("click", ({ target }) => this.#press(target.closest(".choice")), { capture: true });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focusin", ({ target }) => this.#rove(target));
    search.addEventListener("input", () => this.#show());
  }

  /** The popup is open: shows what there is, and what was used last if it is for the box. */
  async show(isForBox = false) {
    if (isForBox) this.#showRecent();
    this.#rove(this.often.querySelector(":focus") ?? find(this.often, ".choice"));
    this.#show();
    this.#groups ??= await fetchEmoji();
    if (!this.#groups) this.none.textContent = say("js-emoji-unavailable");
    this.#show();
  }

  /** Shows recently used and common emoji. Reactions have only common ones, so that those of several people count together. */
  #showRecent() {
    const { recent } = this.memory.all;
    const used = new Set(recent.map(([emoji]) => emoji));
    const often = [...recent, ...this.base.quick.filter(([emoji]) => !used.has(emoji))].slice(0, COLUMNS);
    const hadFocus = this.often.contains(document.activeElement);
    this.often.replaceChildren(...often.map(choice));
    if (hadFocus) find(this.often, ".choice").focus({ preventScroll: true });
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
      if (this.found.contains(button)) this.base.choose(button);
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
    this.found.replaceChildren(...found.map((entry) => choice([inTone(entry, tone), entry[1]])));
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
