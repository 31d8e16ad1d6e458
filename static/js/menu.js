// The menu in the foot of the left column closes as menus do; opening it needs no script.

/** @param {HTMLDetailsElement | null} menu */
export function closeMenuAround(menu) {
  if (!menu) return;
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
