// Focus management after a page load: browsers leave the focus on <body>, so that a screen reader begins at the top, and
// the next Tab too. It goes to the heading, or, after a form, to where the form was.

import { tabMemory } from "./storage.js";

/** @import { BrowserMemory } from "./storage.js" */

const KEY = "parlour/pressed";
/** A page that takes longer to load counts as another visit. */
const FRESH_MS = 60_000;

/**
 * @typedef {object} Pressed  the button that submitted a form
 * @property {number} at  @property {string} label  accessible name
 * @property {string | null} section  id of the heading of its list  @property {number} row  its row in the list
 * @property {string | null} menu  id of the menu that it is in
 */

/** Puts the focus where the person continues, and remembers where forms are submitted. */
export function land(memory = tabMemory()) {
  document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
    const button = /** @type {HTMLElement | null} */ (submitter ?? target.querySelector("button"));
    // A form that is sent by GET leads to another page, as a link does.
    const isChange = /** @type {HTMLFormElement} */ (target).method === "post";
    if (isChange && !defaultPrevented && button) memory.set(KEY, JSON.stringify(describe(button)));
  });
  const pressed = takePressed(memory);
  // The browser may give the focus to the field that asks for it before or after this script.
  // Not in a dialog that is closed.
  const asking = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[autofocus]"))].find(isVisible);
  const isFree = document.activeElement === document.body || document.activeElement === asking;
  const place = pressed && placeOf(pressed);
  if (place && isFree) return place.focus();
  if (isFree && !asking) startOfPage()?.focus({ preventScroll: true });
}

/** @param {HTMLElement} button  @returns {Pressed} */
function describe(button) {
  const section = button.closest("section[aria-labelledby]");
  const rows = [...(section?.querySelectorAll(".row") ?? [])];
  return {
    at: Date.now(),
    label: labelOf(button),
    section: section?.getAttribute("aria-labelledby") ?? null,
    row: rows.findIndex((row) => row.contains(button)),
    menu: button.closest("details[id]")?.id ?? null,
  };
}

/** @param {BrowserMemory} memory  @returns {Pressed | null} */
function takePressed(memory) {
  const kept = memory.get(KEY);
  memory.remove(KEY);
  /** @type {Pressed | null} */ const pressed = JSON.parse(kept ?? "null");
  return pressed && Date.now() - pressed.at < FRESH_MS ? pressed : null;
}

/** Returns the same button, the row that took its place, or the heading of its list. @param {Pressed} pressed */
function placeOf({ label, section, row, menu }) {
  if (menu) /** @type {HTMLDetailsElement | null} */ (document.getElementById(menu))?.setAttribute("open", "");
  const same = [...document.querySelectorAll("button")].find(
    (button) => labelOf(button) === label && isVisible(button),
  );
  if (same) return same;
  const heading = section === null ? null : document.getElementById(section);
  const rows = [...(heading?.closest("section")?.querySelectorAll(".row") ?? [])];
  const next = row < 0 ? null : rows[Math.min(row, rows.length - 1)]?.querySelector("button, a[href]");
  return /** @type {HTMLElement | null} */ (next ?? heading);
}

function startOfPage() {
  const places = ["main h1", "main", "nav"].map((selector) => document.querySelector(selector));
  const heading = places.find((place) => place && isVisible(place));
  if (heading && !heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  return heading;
}

/** @param {HTMLElement} element */
const labelOf = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();

/** @param {HTMLElement} element */
const isVisible = (element) => element.getClientRects().length > 0;
