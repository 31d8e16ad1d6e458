// A button that copies what stands in a read-only field. Without a script the field itself is there.

import { say } from "./words.js";

export function offerCopy() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const status = document.getElementById("copied");
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

/** Pages without TLS have no clipboard. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
