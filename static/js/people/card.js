// The card of a person in a dialog. It is the part of the page that the link leads to.

import { build } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { say } from "../page/words.js";

/** @param {string} address  @param {HTMLElement} opener  gets the focus back */
export async function showCard(address, opener) {
  const card = (await fetchPage(address))?.getElementById("card");
  if (!card) return location.assign(address);
  const fresh = document.importNode(card, true);
  // The page that shows it is not the one that it came from.
  delete fresh.dataset.refresh;
  const close = build("button", { type: "button", className: "button card-close" }, say("js-toast-close"));
  const dialog = build("dialog", { className: "dialog card-dialog" }, fresh, close);
  dialog.setAttribute("aria-labelledby", "card-name");
  close.addEventListener("click", () => dialog.close());
  // A press beside the card, or on a link, which may open a room without loading a page.
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || (target instanceof Element && target.closest("a[href]"))) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener.isConnected) opener.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: fresh }));
}
