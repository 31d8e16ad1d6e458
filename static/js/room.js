// Entry point of the pages with the list of conversations: opens the room of the page, and others in its place.

import { connection, known, notice, queue, receipts, sender, storage } from "./app.js";
import { isPlain } from "./page/visit.js";
import { Switching } from "./pages/switching.js";

new Switching({ connection, known, notice, queue, receipts, sender, storage });

// As in the style sheet: there is room for the details beside the conversation.
const wide = matchMedia("(min-width: 1200px)");
document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement | null} */ const link = event.target.closest(".head-action");
  if (!link || !wide.matches || !isPlain(event)) return;
  event.preventDefault();
  import("./pages/details-panel.js").then(
    ({ toggleDetails }) => toggleDetails(link),
    () => location.assign(link.href),
  );
});
