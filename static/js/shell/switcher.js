// Quick switcher (Ctrl+K, ⌘K): opens another conversation by a part of its name. A combobox in a dialog.
// Loaded when it is first opened (shortcuts.js).

import { find } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { keyOf } from "../page/keys.js";
import { buildOption, select } from "../page/listbox.js";
import { ranked } from "../page/match.js";
import { visit } from "../page/visit.js";

const MOST = 12;

/** @type {Switcher | undefined} */ let switcher;

/** Fills the dialog, which is open already. @param {HTMLDialogElement} dialog */
export function showRooms(dialog) {
  switcher ??= new Switcher(dialog);
  return switcher.refresh();
}

/** @typedef {{name: string, handle: string, path: string}} Room */

class Switcher {
  /** @type {Room[]} */ #rooms = [];
  #chosen = 0;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    /** @type {HTMLInputElement} */ this.box = find(dialog, "[role=combobox]");
    this.list = find(dialog, "[role=listbox]");
    this.none = find(dialog, "[role=status]");
    this.box.addEventListener("input", () => this.#show());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("click", ({ target }) => this.#go(target.closest("[role=option]")));
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }

  async refresh() {
    this.#rooms = await conversations();
    this.#show();
  }

  #show() {
    const found = ranked(this.#rooms, this.box.value, ({ name, handle }) => `${name} ${handle}`).slice(0, MOST);
    this.list.replaceChildren(...found.map(option));
    this.none.hidden = found.length > 0;
    this.#choose(0);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const key = keyOf(event);
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (step) this.#choose(this.#chosen + step);
    else if (key === "Enter") this.#go(/** @type {HTMLElement} */ (this.list.children[this.#chosen]));
    else return;
    event.preventDefault();
  }

  /** @param {number} number */
  #choose(number) {
    const { children } = this.list;
    this.#chosen = children.length === 0 ? 0 : (number + children.length) % children.length;
    select(children[this.#chosen], this.list, this.box);
  }

  /** @param {HTMLElement | null | undefined} chosen */
  #go(chosen) {
    if (!chosen) return;
    // First, because nothing outside of an open dialog can have the focus.
    this.dialog.close();
    visit(chosen.dataset.path);
  }
}

/** @param {Room} room  @param {number} index */
function option({ name, handle, path }, index) {
  const element = buildOption(`switcher-${index}`, name, handle || name);
  element.dataset.path = path;
  return element;
}

/** Returns the conversations in the list of the page, or of the front page if this one has none. */
async function conversations() {
  const here = document.querySelector("#conversations") ? document : await fetchPage("/");
  const links = here?.querySelectorAll("#conversations a[href^='/rooms/']") ?? [];
  return [...links].map((link) => ({
    name: link.querySelector(".side-name")?.textContent ?? link.textContent.trim(),
    handle: link.dataset.handle ?? "",
    path: link.getAttribute("href") ?? "",
  }));
}
