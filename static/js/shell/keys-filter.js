// Filters the list of keyboard shortcuts by keys and words. Loaded when the list is first shown.

import { byId } from "../page/elements.js";
import { folded } from "../page/match.js";

const dialog = byId("keys");
/** @type {HTMLInputElement} */ const field = byId("keys-filter");
const none = byId("keys-none");

function filter() {
  const words = folded(field.value).split(/\s+/);
  let found = 0;
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("dl > div"))) {
    const text = folded(row.textContent);
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) found += 1;
  }
  none.textContent = found === 0 ? (none.dataset.none ?? "") : "";
}

field.addEventListener("input", filter);
// The next time begins with all of them.
dialog.addEventListener("close", () => {
  field.value = "";
  filter();
});
filter();
