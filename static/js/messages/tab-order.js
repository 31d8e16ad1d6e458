// Tab order in the log: the controls of a message are reached by Tab from that message only, so that Tab does not stop
// at each link of a long log.

import { build } from "../page/elements.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const CONTROLS = "a[href], button, summary, pre";

/**
 * Calls `prepare` for each message in the log, and for each that is added.
 * @param {HTMLElement} list  @param {(message: HTMLElement) => void} prepare  @param {Lifetime} lifetime
 */
export function prepareMessages(list, prepare, lifetime) {
  /** @param {Node} node */
  const take = (node) => {
    if (!(node instanceof HTMLElement)) return;
    const messages = node.matches("article.message") ? [node] : node.querySelectorAll("article.message");
    for (const message of messages) prepare(message);
  };
  take(list);
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) addedNodes.forEach(take);
  });
  observer.observe(list, { childList: true });
  lifetime.disconnect(observer);
}

/**
 * Replaces the link, which is for pages without scripts, with the button that opens the menu.
 * @param {HTMLElement} message
 */
export function offerMenu(message) {
  const link = message.querySelector("a.message-more");
  if (!link) return;
  const { className, textContent } = link;
  const fields = { className, textContent, ariaHasPopup: "menu", ariaLive: "off" };
  link.replaceWith(build("button", { type: "button", ...fields }));
}

/** Makes the names that a message mentions links to the cards of the people. @param {HTMLElement} message */
export function linkMentions(message) {
  for (const name of message.querySelectorAll("span.mention")) {
    const link = build("a", { className: "mention", href: `/people/${name.dataset.user}/` }, ...name.childNodes);
    link.dataset.user = name.dataset.user;
    name.replaceWith(link);
  }
}

/** @param {HTMLElement} list */
export function keepTabInside(list) {
  /** @param {HTMLElement} message  @param {number} index */
  const within = (message, index) => {
    for (const control of message.querySelectorAll(CONTROLS)) {
      if (!control.matches("pre:not([tabindex])")) control.tabIndex = index;
    }
  };
  /** @type {HTMLElement | null} */ let present = null;
  list.addEventListener("focusin", ({ target }) => {
    const message = target.closest("article.message");
    if (message === present) return;
    if (present) within(present, -1);
    if (message) within(message, 0);
    present = message;
  });
  return (/** @type {HTMLElement} */ message) =>
    within(message, message === present || message.contains(document.activeElement) ? 0 : -1);
}
