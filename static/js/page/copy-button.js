// A button that copies what stands in a read-only field. Without a script the field itself is there.

import { byId } from "./elements.js";
import { say } from "./words.js";

export function offerCopy() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    /** @type {HTMLInputElement} */ const field = byId(button.dataset.copy);
    const status = byId("copied");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const isCopied = await copy(field.value);
      // Selecting takes the focus to the field, from where it can be copied by hand.
      if (!isCopied) field.select();
      status.textContent = say(isCopied ? "js-copied" : "js-copy-failed");
    });
    field.addEventListener("focus", () => field.select());
  }
}

/** Pages without TLS have no clipboard. @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
