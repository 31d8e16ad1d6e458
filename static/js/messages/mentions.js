// Autocomplete of names after `@` and a letter. The focus stays in the box; arrows choose, Enter and Tab insert, Escape
// closes. Inserting replaces only what was typed of the name. While the list is open, the box is a combobox (ARIA
// Authoring Practices, "editable combobox with list autocomplete"); otherwise it is a text box. HTML allows the role only
// for one-line fields, but without it no screen reader says that a list is open.

import { keyOf } from "../page/keys.js";
import { buildOption, select } from "../page/listbox.js";
import { place } from "../page/popup.js";
import { suggested, typedName } from "./names.js";

/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { People } from "./names.js" */
/** @import { Person } from "../live/protocol.js" */

const MOST = 8;

export class Mentions {
  /** The box that names are offered for. @type {HTMLTextAreaElement | null} */ #box = null;
  #chosen = 0;
  /** @type {Person[]} */ #people = [];
  /** Attributes of the box while the list is open. */ #open;

  /** @param {HTMLElement} list a listbox  @param {People} people  @param {Lifetime} lifetime */
  constructor(list, people, lifetime) {
    this.list = list;
    this.people = people;
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
      if (option) this.#insert(this.#people[[...list.children].indexOf(option)]);
    });
  }

  /** Offers names in a box. Call before adding other handlers of its keys. @param {HTMLTextAreaElement} box */
  attach(box) {
    box.setAttribute("aria-autocomplete", "list");
    const { signal } = this.lifetime;
    const typed = async () => {
      this.#look(box);
      const isNaming = /@\S*$/u.test(box.value.slice(0, box.selectionStart));
      const isHere = () => document.activeElement === box && !this.lifetime.isOver;
      if (isNaming && (await this.people.fetch()) && isHere()) this.#look(box);
    };
    box.addEventListener("input", typed, { signal });
    box.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    box.addEventListener("blur", () => this.#close(), { signal });
  }

  /** @param {HTMLTextAreaElement} box */
  #look(box) {
    const typed = typedName(box.value, box.selectionStart);
    this.#people = typed === null ? [] : suggested(this.people.known(), typed, this.people.speakers()).slice(0, MOST);
    if (this.#people.length === 0) return this.#close();
    this.#box = box;
    this.#chosen = 0;
    for (const [name, value] of Object.entries(this.#open)) box.setAttribute(name, value);
    this.list.replaceChildren(...this.#people.map(({ id, username }) => buildOption(`name-${id}`, username)));
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
      const count = this.#people.length;
      this.#chosen = (this.#chosen + steps[key] + count) % count;
      this.#mark();
    } else if (key === "Enter" || key === "Tab") this.#insert(this.#people[this.#chosen]);
    else if (key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {Person} person */
  #insert({ username }) {
    const box = /** @type {HTMLTextAreaElement} */ (this.#box);
    const caret = box.selectionStart;
    const start = caret - (typedName(box.value, caret) ?? "").length;
    const space = /^\s/u.test(box.value.slice(caret)) ? "" : " ";
    box.setRangeText(username + space, start, caret, "end");
    this.#close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
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
