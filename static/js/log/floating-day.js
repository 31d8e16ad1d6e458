// The day of the message that is being read, floating over the log while it scrolls. Visual only: screen readers
// reach the dividers of the days.

import { dayKey, dayWords } from "../page/times.js";

/** @import { LogScroll } from "./scroll.js" */

const REST_MS = 1_500;

/** @param {HTMLElement} float  @param {LogScroll} scroll */
export function floatDay(float, scroll) {
  let resting = 0;
  const show = () => {
    const message = scroll.reading();
    float.hidden = !message || scroll.atEnd || isDividerNear(message, scroll.log);
    if (!message || float.hidden) return;
    const words = dayWords(dayKey(message.dataset.at));
    if (float.textContent !== words) float.textContent = words;
  };
  scroll.log.addEventListener(
    "scroll",
    () => {
      show();
      clearTimeout(resting);
      resting = setTimeout(() => {
        float.hidden = true;
      }, REST_MS);
    },
    { passive: true },
  );
  scroll.addEventListener("moved", () => float.hidden || show());
}

/**
 * Returns the divider that the element is, or that is above it; the unread divider may be between them.
 * @param {Element | null} element
 */
function dividerOf(element) {
  if (element?.matches(".day")) return element;
  const above = element?.previousElementSibling;
  return above?.matches(".new-messages") ? above.previousElementSibling : above;
}

/**
 * Returns whether the divider itself is at the top, or almost.
 * @param {HTMLElement} message  @param {HTMLElement} log
 */
function isDividerNear(message, log) {
  const top = log.getBoundingClientRect().top;
  const near = [message, message.nextElementSibling].map(dividerOf);
  return near.some((element) => {
    if (!element?.matches(".day")) return false;
    const rect = element.getBoundingClientRect();
    return rect.bottom > top && rect.top < top + 2 * rect.height;
  });
}
