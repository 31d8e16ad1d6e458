// Autocomplete in a box: names after `@`, emoji after `:`, commands after `/`. The focus stays in the box; arrows choose,
// Enter and Tab insert, Escape closes. Inserting replaces only what was typed of the word. While the list is open, the box
// is a combobox (ARIA Authoring Practices, "editable combobox with list autocomplete"); otherwise it is a text box. HTML
// allows the role only for one-line fields, but without it no screen reader says that a list is open.

import { insertText } from "../page/insert.js";
import { keyOf } from "../page/keys.js";
import { buildOption, select } from "../page/listbox.js";
import { place } from "../page/popup.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const MOST = 8;
/** The end of a text in which the beginning of a word is searched, so that long texts cost no more. */
const NEAR_CHARS = 64;

/**
 * The suggestions for the text before the caret.
 * @typedef {object} Offers
 * @property {number} length  of what was typed, which the chosen text replaces
 * @property {{id: string, name: string, text: string, username?: string, chosen?: () => void}[]} options  `username` if
 *   it is one of a person
 * @property {string} [label]  of the list; without one it is the list of people
 * @property {boolean} [isComplete]  whether what was typed means the first one without being asked
 *
 * @typedef {object} Source
 * @property {(end: string) => boolean} isNear  whether something may be offered, so that it is worth fetching; gets the
 *   last characters before the caret
 * @property {() => Promise<boolean>} fetch  returns whether there is more to offer now
 * @property {(before: string) => Offers | null} find
 */

/** A source that is loaded when it is needed first. @param {RegExp} near  @param {() => Promise<Source | null>} load */
export function onDemand(near, load) {
  /** @type {Source | null} */ let source = null;
  return {
    isNear: (/** @type {string} */ before) => near.test(before),
    async fetch() {
      if (source) return false;
      // Without the server nothing is offered.
      source = await load().catch(() => null);
      return source !== null;
    },
    find: (/** @type {string} */ before) => source?.find(before) ?? null,
  };
}

export class Completion {
  /** The box that the list is open for. @type {HTMLTextAreaElement | null} */ #box = null;
  #chosen = 0;
  /** @type {Offers | null} */ #offers = null;
  /** Attributes of the box while the list is open. */ #open;

  /** @param {HTMLElement} list a listbox  @param {Source[]} sources  @param {Lifetime} lifetime */
  constructor(list, sources, lifetime) {
    this.list = list;
    this.label = list.ariaLabel;
    this.sources = sources;
    this.lifetime = lifetime;
    lifetime.atEnd(() => this.#close());
    this.#open = {
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "true",
      "aria-controls": list.id,
    };
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#insert([...list.children].indexOf(option));
    });
  }

  /** Offers words in a box. Call before adding other handlers of its keys. @param {HTMLTextAreaElement} box */
  attach(box) {
    box.setAttribute("aria-autocomplete", "list");
    const { signal } = this.lifetime;
    /** @param {Event} event */
    const typed = async (event) => {
      const { inputType } = /** @type {InputEvent} */ (event);
      // Undo brings back what was completed.
      if (inputType?.startsWith("history")) return this.#close();
      const isTyped = inputType === "insertText";
      this.#look(box, isTyped);
      const before = box.value.slice(0, box.selectionStart);
      const near = this.sources.find((source) => source.isNear(before.slice(-NEAR_CHARS)));
      const isHere = () => document.activeElement === box && !this.lifetime.isOver;
      if ((await near?.fetch()) && isHere()) this.#look(box, isTyped);
    };
    box.addEventListener("input", typed, { signal });
    box.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    box.addEventListener("blur", () => this.#close(), { signal });
  }

  /** @param {HTMLTextAreaElement} box */
  #look(box, isTyped = false) {
    const before = box.value.slice(0, box.selectionStart);
    this.#offers = null;
    const end = before.slice(-NEAR_CHARS);
    for (const source of this.sources) if (source.isNear(end)) this.#offers ??= source.find(before);
    const options = this.#offers?.options.slice(0, MOST) ?? [];
    if (options.length === 0) return this.#close();
    this.#box = box;
    this.#chosen = 0;
    if (this.#offers?.isComplete) return isTyped ? this.#insert(0) : this.#close();
    for (const [name, value] of Object.entries(this.#open)) box.setAttribute(name, value);
    this.list.ariaLabel = this.#offers?.label ?? this.label;
    this.list.replaceChildren(...options.map(({ id, name, username }) => buildOption(id, name, username)));
    this.list.hidden = false;
    place(this.list, (box.closest("form, .editing") ?? box).getBoundingClientRect(), { above: true });
    return this.#mark();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const key = keyOf(event);
    if (this.list.hidden || key === "") return;
    /** @type {Record<string, number>} */ const steps = { ArrowUp: -1, ArrowDown: 1 };
    if (key in steps) {
      const count = this.list.childElementCount;
      this.#chosen = (this.#chosen + steps[key] + count) % count;
      this.#mark();
    } else if (key === "Enter" || key === "Tab") this.#insert(this.#chosen);
    else if (key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {number} index */
  #insert(index) {
    const box = /** @type {HTMLTextAreaElement} */ (this.#box);
    const { length, options } = /** @type {Offers} */ (this.#offers);
    const caret = box.selectionStart;
    const space = /^\s/u.test(box.value.slice(caret)) ? "" : " ";
    this.#close();
    options[index].chosen?.();
    insertText(box, options[index].text + space, caret - length, caret);
  }

  #mark() {
    select(this.list.children[this.#chosen], this.list, this.#box);
  }

  #close() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    for (const name of [...Object.keys(this.#open), "aria-activedescendant"]) this.#box?.removeAttribute(name);
  }
}
