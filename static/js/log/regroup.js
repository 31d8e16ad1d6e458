// Regroups messages in the page: gives each its head or removes it, and puts a divider before each local day.

import { build, find } from "../page/elements.js";
import { dayKey, dayWords } from "../page/times.js";
import { follows } from "./grouping.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const MIDNIGHT_CHECK_MS = 30_000;
/** Rows that have a day: messages and notices. */
export const ROW = "article.message, .notice";

/** @param {HTMLElement} message */
const facts = (message) => ({
  author: message.dataset.author,
  at: message.dataset.at,
  // What somebody does (`/me`) is read behind their name, too.
  isReply: message.querySelector(".quote, .emote") !== null,
  isNotice: message.matches(".notice"),
  // A message that is folded stands alone, so that its head shows who wrote it.
  isDeleted: message.matches(".deleted, .blocked"),
});

/** Regroups a message and the next one. Call after each insertion and removal. @param {HTMLElement} message */
export function regroup(message) {
  regroupOne(message);
  const next = nextMessage(message);
  if (next) regroupOne(next);
}

/** Regroups adjacent messages and the one after them. @param {HTMLElement[]} messages */
export function regroupFrom(messages) {
  messages.forEach(regroupOne);
  const last = messages.at(-1);
  const next = last && nextMessage(last);
  if (next) regroupOne(next);
}

/** Regroups a list, and removes the server's dividers, which are of UTC days. @param {HTMLElement} list */
export function regroupAll(list) {
  for (const divider of list.querySelectorAll(".day")) divider.remove();
  list.querySelectorAll(ROW).forEach(regroupOne);
}

/** Relabels the dividers at midnight: "Today" becomes "Yesterday". @param {HTMLElement} list  @param {Lifetime} lifetime */
export function relabelAtMidnight(list, lifetime) {
  let today = dayKey(Date.now());
  lifetime.every(MIDNIGHT_CHECK_MS, () => {
    const now = dayKey(Date.now());
    if (now === today) return;
    today = now;
    list.querySelectorAll(".day").forEach(label);
  });
}

/** @param {HTMLElement} message */
function regroupOne(message) {
  const { divider, previous, broken } = before(message);
  const day = dayKey(message.dataset.at);
  const isNewDay = !previous || dayKey(previous.dataset.at) !== day;
  if (isNewDay && divider?.dataset.day !== day) headOf(message).before(newDivider(day));
  if (divider && (!isNewDay || divider.dataset.day !== day)) divider.remove();
  message.classList.toggle(
    "follows",
    previous !== null && !isNewDay && !broken && follows(facts(previous), facts(message)),
  );
}

/** Returns the unread divider above the message, or the message itself. @param {HTMLElement} message */
function headOf(message) {
  const above = message.previousElementSibling;
  return above?.matches(".new-messages") ? above : message;
}

/**
 * Returns what is before a message: its divider if any, the previous row, and whether anything else is between.
 * @param {HTMLElement} message
 */
function before(message) {
  /** @type {HTMLElement | null} */ let divider = null;
  let broken = false;
  let element = /** @type {HTMLElement | null} */ (message.previousElementSibling);
  while (element && !element.matches(ROW)) {
    if (element.matches(".day")) divider = element;
    else if (!element.matches(".editing")) broken = true;
    element = /** @type {HTMLElement | null} */ (element.previousElementSibling);
  }
  return { divider, previous: element, broken };
}

/** @param {HTMLElement} message */
function nextMessage(message) {
  let element = message.nextElementSibling;
  while (element && !element.matches(ROW)) element = element.nextElementSibling;
  return /** @type {HTMLElement | null} */ (element);
}

/** @param {string} day */
function newDivider(day) {
  const divider = build("div", { className: "day", role: "separator", ariaLive: "off" }, build("span"));
  divider.dataset.day = day;
  label(divider);
  return divider;
}

/** @param {HTMLElement} divider */
function label(divider) {
  const words = dayWords(divider.dataset.day);
  divider.ariaLabel = words;
  find(divider, "span").textContent = words;
}
