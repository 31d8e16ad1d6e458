// The day of what is being read, over the top of the log while it scrolls. Only for the eye: readers of
// the screen come past the dividers themselves.

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
 * The element itself, or what stands above it; the line above what is new may lie between.
 * @param {Element | null} element
 */
function dividerOf(element) {
  if (element?.matches(".day")) return element;
  const above = element?.previousElementSibling;
  return above?.matches(".new-messages") ? above.previousElementSibling : above;
}

/** The divider itself stands at the top, or is about to. @param {HTMLElement} message  @param {HTMLElement} log */
function isDividerNear(message, log) {
  const top = log.getBoundingClientRect().top;
  const near = [message, message.nextElementSibling].map(dividerOf);
  return near.some((element) => {
    if (!element?.matches(".day")) return false;
    const rect = element.getBoundingClientRect();
    return rect.bottom > top && rect.top < top + 2 * rect.height;
  });
}
