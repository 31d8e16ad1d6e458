// On wide windows, the details of the room open beside the conversation: the content of their page, which narrow windows
// and pages without scripts follow as a link. Loaded when it is first wanted.

import { build, find } from "../page/elements.js";
import { fetchPage } from "../page/fragment.js";
import { say } from "../page/words.js";

const LINK = "#room-head .head-action";
/** Of the page: what the room has already. */
const DOUBLE = ".back-line, #connection, #room-banner, .flash";

/** @type {HTMLElement | null} */ let panel = null;

/** @returns {HTMLAnchorElement | null} */
const linkNow = () => /** @type {HTMLAnchorElement | null} */ (document.querySelector(LINK));

/** Opens the panel, or closes it. @param {HTMLAnchorElement} link */
export async function toggleDetails(link) {
  if (panel) return close();
  const content = await contentOf(link.href);
  if (!content) return location.assign(link.href);
  if (panel || !link.isConnected) return undefined;
  const heading = build("h2", { id: "panel-heading", tabIndex: -1 }, link.ariaLabel ?? "");
  const button = build(
    "button",
    { type: "button", className: "head-icon panel-close", ariaLabel: say("js-toast-close") },
    "×",
  );
  button.addEventListener("click", close);
  panel = build(
    "aside",
    { className: "panel", id: "details-panel" },
    build("header", { className: "panel-head" }, heading, button),
    content,
  );
  panel.setAttribute("aria-labelledby", heading.id);
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    close();
  });
  find(document, ".shell").append(panel);
  mark(link);
  heading.focus();
  document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: panel }));
  return undefined;
}

function close() {
  panel?.remove();
  panel = null;
  const link = linkNow();
  link?.removeAttribute("aria-expanded");
  link?.focus();
}

/** @param {HTMLAnchorElement} link */
const mark = (link) => link.setAttribute("aria-expanded", "true");

/** Returns the content of the page, without what the room has already; null without an answer. @param {string} address */
async function contentOf(address) {
  const column = (await fetchPage(address))?.querySelector(".page-column");
  if (!column) return null;
  for (const double of column.querySelectorAll(DOUBLE)) double.remove();
  // The panel follows the head of the room, and is not refreshed from the page of the room.
  for (const part of column.querySelectorAll("[data-refresh]")) {
    delete part.dataset.refresh;
    delete part.dataset.refreshFrom;
  }
  const title = column.querySelector("h1");
  title?.replaceWith(build("h3", {}, ...title.childNodes));
  const content = /** @type {HTMLElement} */ (document.importNode(column, true));
  content.className = "panel-body";
  return content;
}

/** Another room is shown, or the head of the room has changed, and with it who is in the room, or its name. */
async function follow() {
  const link = linkNow();
  if (!panel) return;
  if (!link) return close();
  mark(link);
  const shown = find(panel, ".panel-body");
  // What somebody types there stays.
  const isTyping = [...shown.querySelectorAll("input")].some(({ value, defaultValue }) => value !== defaultValue);
  const content = isTyping && shown.dataset.of === link.href ? null : await contentOf(link.href);
  if (!content || !panel?.contains(shown) || linkNow()?.href !== link.href) return;
  const hadFocus = shown.contains(document.activeElement);
  const { scrollTop } = shown;
  content.dataset.of = link.href;
  shown.replaceWith(content);
  content.scrollTop = scrollTop;
  if (hadFocus) find(panel, "h2").focus();
  document.dispatchEvent(new CustomEvent("parlour:swapped", { detail: panel }));
}

document.addEventListener("parlour:swapped", ({ detail }) => {
  if (detail.id === "room-head" || detail.id === "main") follow();
});
