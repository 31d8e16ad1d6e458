// The field above the list of conversations, which narrows it to the names that contain what is typed. Enter opens the
// best match, the arrows go through the list, Escape shows everything again.

import { byId, find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { ranked } from "../page/match.js";
import { say, sayCount } from "../page/words.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class ListFilter {
  /** The best match, which Enter opens. @type {HTMLElement | null} */ #best = null;
  /** The folded sections that the filter has opened. @type {HTMLDetailsElement[]} */ #opened = [];

  /** @param {HTMLElement} side */
  constructor(side) {
    /** @type {HTMLInputElement | null} */ const box = side.querySelector("#list-filter");
    if (!box) return;
    this.box = box;
    this.status = byId("list-status");
    box.addEventListener("input", () => this.#show());
    side.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("parlour:room", () => this.#clear());
    document.addEventListener("parlour:swapped", ({ detail }) => {
      // The new list has its own sections.
      this.#opened = [];
      if (detail.id === "conversations" && box.value) this.#show();
    });
    // What was typed while this file was loaded.
    if (box.value) this.#show();
  }

  #show() {
    const list = byId("conversations");
    const rows = rowsOf(list);
    const typed = this.box?.value ?? "";
    const found = ranked(rows, typed, (row) => find(row, ".side-name").textContent);
    const isFiltered = typed.trim() !== "";
    const shown = new Set(found);
    list.classList.toggle("filtered", isFiltered);
    for (const row of rows) row.hidden = !shown.has(row);
    this.#unfold(list, isFiltered);
    this.#choose(isFiltered ? (found[0] ?? null) : null);
    if (this.status) {
      this.status.textContent = isFiltered ? countOf(found.length) : "";
      this.status.classList.toggle("vh", found.length > 0);
    }
  }

  /** @param {HTMLElement} list  @param {boolean} isFiltered */
  #unfold(list, isFiltered) {
    /** @type {NodeListOf<HTMLDetailsElement>} */ const sections = list.querySelectorAll("details");
    for (const section of sections) {
      const hasFound = section.querySelector("li:not([hidden])") !== null;
      section.hidden = !hasFound;
      if (!isFiltered || section.open || !hasFound) continue;
      section.open = true;
      this.#opened.push(section);
    }
    if (isFiltered) return;
    for (const section of this.#opened) section.open = false;
    this.#opened = [];
  }

  /** @param {HTMLElement | null} row */
  #choose(row) {
    this.#best?.classList.remove("best");
    this.#best = row;
    row?.classList.add("best");
  }

  #clear() {
    if (!this.box?.value) return;
    this.box.value = "";
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target, altKey, ctrlKey, metaKey, shiftKey } = /** @type {OnElement<KeyboardEvent>} */ (event);
    const key = keyOf(event);
    const isBox = target === this.box;
    const isRow = target.matches("#conversations a[data-conversation]");
    if (altKey || ctrlKey || metaKey || shiftKey || !(isBox || isRow)) return;
    if (key === "Escape" && this.box?.value) {
      this.#clear();
      this.box.focus();
    } else if (key === "Enter" && isBox && this.#best) {
      find(this.#best, "a").click();
    } else if (key in STEPS) {
      this.#go(target, STEPS[key]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves the focus between the box and the rows. @param {HTMLElement} from  @param {number} step */
  #go(from, step) {
    const links = rowsOf(byId("conversations"))
      .map((row) => find(row, "a"))
      .filter((link) => link.checkVisibility());
    const next = [this.box, ...links];
    next[next.indexOf(/** @type {HTMLInputElement} */ (from)) + step]?.focus();
  }
}

/** @param {HTMLElement} list */
const rowsOf = (list) => [...list.querySelectorAll("li")].filter((row) => row.querySelector("a[data-conversation]"));

/** @param {number} count */
const countOf = (count) => (count === 0 ? say("js-list-none") : sayCount("js-list", count));
