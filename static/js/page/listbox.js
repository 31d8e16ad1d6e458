// Listbox of a combobox: the focus stays in the box, whose arrow keys choose an option.

import { build } from "./elements.js";

/** Builds an option that shows a name. @param {string} id  @param {string} name */
export const buildOption = (id, name) => build("li", { id, role: "option" }, build("bdi", { translate: false }, name));

/**
 * Selects an option and scrolls to it; without one, none is selected.
 * @param {Element | undefined} option  @param {HTMLElement} list  @param {HTMLElement | null} box
 */
export function select(option, list, box) {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  option?.scrollIntoView({ block: "nearest" });
  box?.setAttribute("aria-activedescendant", option?.id ?? "");
}
