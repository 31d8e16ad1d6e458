// Folds messages that are taller than most of the view. Without scripts they are shown in full.

import { build } from "../page/elements.js";
import { say } from "../page/words.js";

/** @import { LogScroll } from "./scroll.js" */

const TALL = 0.6;
/** Characters of one line that are never tall, so that most messages are not measured. */
const SHORT = 80;

/**
 * Folds the tall ones of `messages`. Reads all heights first, so that the browser does one layout for all.
 * @param {HTMLElement[]} messages  @param {LogScroll} scroll
 */
export function foldTall(messages, scroll) {
  const texts = messages.flatMap((message) => message.querySelector(".message-text") ?? []).filter(isLong);
  if (texts.length === 0) return;
  const limit = scroll.log.clientHeight * TALL;
  const tall = texts.filter((text) => text.getBoundingClientRect().height > limit);
  for (const text of tall) fold(text, scroll);
}

/** @param {HTMLElement} text */
const isLong = ({ childElementCount, textContent }) =>
  childElementCount > 0 || textContent.length > SHORT || textContent.includes("\n");

/** @param {HTMLElement} text  @param {LogScroll} scroll */
function fold(text, scroll) {
  const button = build("button", { type: "button", className: "button fold" });
  /** @param {boolean} isWhole */
  const show = (isWhole) => {
    text.classList.toggle("folded", !isWhole);
    button.textContent = say(isWhole ? "js-show-less" : "js-show-more");
    button.ariaExpanded = String(isWhole);
  };
  button.setAttribute("aria-controls", text.id);
  button.addEventListener("click", () => {
    const isWhole = button.ariaExpanded === "true";
    scroll.hold(text.closest("article"), () => show(!isWhole));
  });
  text.closest(".message-body")?.after(button);
  show(false);
}
