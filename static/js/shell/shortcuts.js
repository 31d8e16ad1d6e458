// Keys that open dialogs: `?` the list of keyboard shortcuts, whose filter is loaded with the first look at it, and
// Ctrl+K (⌘K) the quick switcher.

import { byId, find } from "../page/elements.js";

/** @param {HTMLDialogElement | null} dialog */
export function offerKeys(dialog) {
  if (!dialog) return;
  const show = () => {
    if (document.querySelector("dialog[open]")) return;
    dialog.showModal();
    import("./keys-filter.js").catch(() => {});
  };
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.getElementById("show-keys")?.addEventListener("click", () => {
    /** @type {HTMLDetailsElement} */ const menu = byId("menu");
    // Focused before the menu hides the pressed button, because the dialog returns the focus to the present element.
    find(menu, "summary").focus();
    menu.open = false;
    show();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      event.preventDefault();
      show();
    },
    { capture: true },
  );
}

/** @param {HTMLDialogElement | null} dialog */
export function offerSwitcher(dialog) {
  if (!dialog) return;
  document.addEventListener("keydown", (event) => {
    const wanted =
      event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!wanted || (document.querySelector("dialog[open]") ?? dialog) !== dialog) return;
    event.preventDefault();
    if (dialog.open) return dialog.close();
    find(dialog, "input").value = "";
    // At once, so that what is typed next is typed here.
    dialog.showModal();
    import("./switcher.js").then(
      ({ showRooms }) => showRooms(dialog),
      () => {},
    );
  });
}

/** @param {Element} element */
function isWriting(element) {
  return element.closest?.("input, textarea, select, [contenteditable]") !== null;
}
