// Filter for a long list of people to tick: hides those whose name does not contain the typed text.
// Ticked people stay visible. Loaded on the pages with such a list.

import { build, byId, find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { say } from "../page/words.js";

const LONG = 20;

/** @param {HTMLElement} fieldset */
function filterChoices(fieldset) {
  const rows = [...fieldset.querySelectorAll(".checks li")];
  if (rows.length <= LONG) return;
  const label = say("js-filter-people");
  const box = build("input", { type: "search", autocomplete: "off", ariaLabel: label, placeholder: label });
  const none = build("p", { className: "hint", role: "status" });
  const filter = () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    for (const row of rows) {
      const holds = row.textContent.toLocaleLowerCase().includes(wanted);
      row.hidden = !holds && !find(row, "input").checked;
    }
    none.textContent = rows.every((row) => row.hidden) ? say("js-filter-none") : "";
  };
  box.addEventListener("input", filter);
  // Enter would submit the form.
  box.addEventListener("keydown", (event) => keyOf(event) === "Enter" && event.preventDefault());
  find(fieldset, ".checks").before(box, none);
}

filterChoices(byId("choose-people"));
