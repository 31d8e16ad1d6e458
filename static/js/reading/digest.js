// "What you missed": a roving focus over the messages, and forms that change the page in place. Everything works without
// it. Loaded on the two pages that need it.

import { encoded } from "../page/encoded.js";
import { askForPage } from "../page/fragment.js";
import { keyOf } from "../page/keys.js";

const status = /** @type {HTMLElement} */ (document.getElementById("digest-status"));

/** The part of the page that a form changes. */
const digest = () => /** @type {HTMLElement} */ (document.getElementById("digest"));

const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("#digest .missed-link")]);

/** Makes one link the one that Tab reaches. @param {HTMLAnchorElement | undefined} chosen */
function rove(chosen) {
  for (const link of links()) link.tabIndex = link === chosen ? 0 : -1;
}

/** Returns the number of the link to go to, or undefined if the key does nothing here. @param {KeyboardEvent} event */
function goal(event) {
  const { length } = links();
  const at = links().indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  const isLetter = event.key === "j" || event.key === "k";
  // Letters also begin from the heading, where the page begins; arrows scroll there.
  if (at < 0 && !(isLetter && document.activeElement?.matches("h1, h2, body, main"))) return undefined;
  if (isLetter && digest().dataset.letterKeys !== "true") return undefined;
  switch (isLetter ? event.key : keyOf(event)) {
    case "j":
    case "ArrowDown":
      return Math.min(at + 1, length - 1);
    case "k":
    case "ArrowUp":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return undefined;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const number = goal(event);
  const link = number === undefined ? undefined : links()[number];
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.closest("li")?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("#digest .missed-link")) rove(/** @type {HTMLAnchorElement} */ (target));
});

/** Sends a form, and shows the page that answers. @param {HTMLFormElement} form */
async function send(form) {
  // Not again while it is under way.
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  const body = encoded(new FormData(form));
  try {
    const page = await askForPage(form.action, { method: "POST", body });
    const part = page?.getElementById("digest");
    if (!page || !part) throw new Error("another page");
    const place = form.closest("section")?.getAttribute("aria-labelledby");
    document.querySelector(".flash")?.remove();
    digest().replaceWith(part);
    document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: part }));
    rove(links()[0]);
    status.textContent = page.querySelector(".flash")?.textContent ?? "";
    focusAfter(place);
  } catch {
    // The browser shows what is wrong, in the way it does without scripts. A mark that was made already keeps its undo.
    form.submit();
  }
}

/** Puts the focus where the person continues. @param {string | null | undefined} place  the heading of the room */
function focusAfter(place) {
  const undo = place ? null : document.getElementById("digest-undo");
  const heading = document.querySelector(place ? "#digest h2 a, #digest .digest-done a" : "main h1");
  /** @type {HTMLElement | null} */ (undo ?? heading)?.focus();
}

document.addEventListener(
  "submit",
  (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.closest("#digest")) return;
    event.preventDefault();
    send(form);
  },
  // Before the script of all pages, which remembers a form that leads to another page.
  { capture: true },
);

rove(links()[0]);
