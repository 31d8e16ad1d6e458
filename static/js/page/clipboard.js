// Clipboard: copying, and the buttons that copy a read-only field. Without scripts only the field is there.

import { byId } from "./elements.js";
import { say } from "./words.js";

export function offerCopy() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    /** @type {HTMLInputElement} */ const field = byId(button.dataset.copy);
    const status = byId("copied");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const isCopied = await copy(field.value);
      // The selection also focuses the field, so that the person can copy it by hand.
      if (!isCopied) field.select();
      status.textContent = say(isCopied ? "js-copied" : "js-copy-failed");
    });
    field.addEventListener("focus", () => field.select());
  }
}

/** Copies a text. Returns false if the browser refuses, for example on pages without TLS. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
