// Listbox of a combobox: the focus stays in the box, whose arrow keys choose an option.

import { build } from "./elements.js";

/**
 * Builds an option that shows a name, and the user name if that is another one.
 * @param {string} id  @param {string} name
 */
export function buildOption(id, name, username = name) {
  const option = build("li", { id, role: "option" }, build("bdi", { translate: false }, name));
  if (username !== name && !name.endsWith(` (@${username})`))
    option.append(" ", build("bdi", { className: "handle", translate: false }, `@${username}`));
  return option;
}

/**
 * Selects an option and scrolls to it; without one, none is selected.
 * @param {Element | undefined} option  @param {HTMLElement} list  @param {HTMLElement | null} box
 */
export function select(option, list, box) {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  option?.scrollIntoView({ block: "nearest" });
  box?.setAttribute("aria-activedescendant", option?.id ?? "");
}
