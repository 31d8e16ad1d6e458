// Closes the menu in the foot of the left column like other menus. It opens without scripts.

import { find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";

/** @param {HTMLDetailsElement | null} menu */
export function closeMenuAround(menu) {
  if (!menu) return;
  document.addEventListener("click", (event) => {
    // A dialog that was opened from the menu returns the focus to it.
    const isOutside = !menu.contains(event.target) && !event.target.closest("dialog");
    if (menu.open && isOutside) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (keyOf(event) !== "Escape" || !menu.open) return;
    menu.open = false;
    find(menu, "summary").focus();
  });
}
