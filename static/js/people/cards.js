// Names and faces open the card of the person (card.js), which is loaded at the first press.

import { find } from "../page/elements.js";
import { isPlain } from "../page/visit.js";

/**
 * Returns the link to the card that a press is for: itself, or that of the author whose face was pressed.
 * @param {Element} target @returns {HTMLAnchorElement | null}
 */
function linkOf(target) {
  const face = target.closest("article.message > .avatar");
  return /** @type {HTMLAnchorElement | null} */ (
    face ? find(/** @type {Element} */ (face.parentElement), ".message-author") : target.closest('a[href^="/people/"]')
  );
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  const address = link.getAttribute("href") ?? "";
  try {
    const { showCard } = await import("./card.js");
    await showCard(address, link);
  } catch {
    // Without the script, the address leads to the same as a page.
    location.assign(address);
  }
}

export function offerCards() {
  document.addEventListener("click", (event) => {
    if (!isPlain(event)) return;
    const link = linkOf(event.target);
    if (!link || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open(link);
  });
}
