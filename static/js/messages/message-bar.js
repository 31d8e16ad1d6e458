// The bar over a message under the pointer or with the focus: the person's three most used reactions, and Reply; and the
// reaction by a double-click or double-tap. One message has it at a time. Loaded when somebody first points at one.

import { userId } from "../page/data.js";
import { build, byId, find } from "../page/elements.js";
import { BrowserMemory } from "../page/storage.js";
import { preferences } from "../preferences/preferences.js";
import { copyLink } from "./copy-link.js";
import { askToDelete } from "./deleting.js";
import { hasReacted } from "./reactions.js";

/** @import { Right } from "./rights.js" */

/** Actions of the menu that are loaded together with the bar, and so before somebody can choose them. */
export const acts = { copyLink, askToDelete };

const REACTIONS = 3;
/** Where a double press means something else. */
const TAKEN = "a, button, summary, pre, .editing";

/** How often this person used each reaction, in this browser. */
export class UsedReactions {
  /** @param {[string, string][]} common  with their names, the most common first */
  constructor(common, storage = new BrowserMemory(), person = userId) {
    this.common = common;
    this.storage = storage;
    this.key = `parlour/reactions/${person}`;
  }

  /** @returns {Record<string, number>} */
  get #counts() {
    try {
      return JSON.parse(this.storage.get(this.key) ?? "{}");
    } catch {
      return {};
    }
  }

  /** @param {string} emoji */
  add(emoji) {
    const counts = this.#counts;
    this.storage.set(this.key, JSON.stringify({ ...counts, [emoji]: (counts[emoji] ?? 0) + 1 }));
  }

  /** Returns the most used ones, then the most common. @returns {string[]} */
  first(count = REACTIONS) {
    const counts = this.#counts;
    const used = Object.keys(counts).sort((a, b) => counts[b] - counts[a]);
    return [...new Set([...used, ...this.common.map(([emoji]) => emoji)])].slice(0, count);
  }

  /** @param {string} emoji */
  nameOf(emoji) {
    return this.common.find(([common]) => common === emoji)?.[1] ?? emoji;
  }
}

/**
 * @param {{log: HTMLElement, quick: [string, string][], rights: (message: HTMLElement) => Set<Right>,
 *   act: (what: Right, message: HTMLElement) => void, toggle: (message: HTMLElement, emoji: string) => void}} options
 * @returns {{show: (target: HTMLElement) => void, used: UsedReactions}}
 */
export function offerBar({ log, quick, rights, act, toggle }) {
  const used = new UsedReactions(quick);
  /** The words of the menu serve here, too. @param {Right} what */
  const word = (what) => find(byId("message-menu"), `[data-do=${what}]`).textContent;
  let pointer = "mouse";

  /** @param {HTMLElement} message */
  const barFor = (message) => {
    const reactions = used.first().map((emoji) => {
      const label = `${word("react")}: ${used.nameOf(emoji)}`;
      return build(
        "button",
        { type: "button", className: "bar-button", value: emoji, ariaLabel: label, title: label },
        emoji,
      );
    });
    const reply = build("button", { type: "button", className: "bar-button" }, word("reply"));
    // New messages are announced without it.
    const fields = { className: "message-bar", role: "group", ariaLive: "off", ariaLabel: word("react") };
    return markChosen(build("div", fields, ...reactions, reply), message);
  };
  /** Shows which reactions are the person's own. @param {HTMLElement} bar  @param {HTMLElement} message */
  const markChosen = (bar, message) => {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (bar.querySelectorAll("[value]")))
      button.ariaPressed = String(hasReacted(message, button.value));
    return bar;
  };
  /** @param {HTMLElement} target */
  const show = (target) => {
    const message = target.closest("article.message[data-id]");
    if (!message) return;
    const own = message.querySelector(".message-bar");
    if (own) markChosen(own, message);
    const others = [...log.querySelectorAll(".message-bar")].filter((bar) => bar !== own);
    // The focus stays where it is.
    if (others.some((bar) => bar.contains(document.activeElement))) return;
    for (const bar of others) bar.remove();
    const more = message.querySelector("button.message-more");
    if (!own && more && rights(message).has("react")) more.before(barFor(message));
  };

  // Here and not at the bar, because a message that changes is replaced by a copy with its bar.
  log.addEventListener("pointerdown", (event) => {
    pointer = event.pointerType;
    // The pointer does not take the focus from the box.
    if (event.target.closest(".message-bar")) event.preventDefault();
  });
  log.addEventListener("click", ({ target }) => {
    /** @type {HTMLButtonElement | null} */ const button = target.closest(".bar-button");
    const message = button?.closest("article");
    if (!button || !message) return;
    if (button.value) toggle(message, button.value);
    else act("reply", message);
  });
  log.addEventListener("pointerover", ({ target }) => show(target));
  log.addEventListener("focusin", ({ target }) => show(target));
  log.addEventListener("dblclick", (event) => {
    const { target, clientX: x, clientY: y } = event;
    const message = target.closest("article.message[data-id]");
    if (!message || !preferences().double_react || target.closest(TAKEN) || !rights(message).has("react")) return;
    // With a mouse, a double-click on words selects one, as everywhere, and is left alone: people copy from a chat more
    // often than they react. It reacts on the free area of the row. Touch selects by a long press, so that a double-tap
    // means nothing else, wherever it is.
    if (pointer !== "touch" && isOnWords(message, x, y)) return;
    getSelection()?.empty();
    toggle(message, used.first(1)[0]);
  });
  return { show, used };
}

/** @param {HTMLElement} message  @param {number} x  @param {number} y */
function isOnWords(message, x, y) {
  const range = document.createRange();
  /** @param {Node} node @returns {Node[]} */
  const textsIn = (node) => (node instanceof Text ? [node] : [...node.childNodes].flatMap(textsIn));
  return textsIn(find(message, ".message-text")).some((text) => {
    range.selectNode(text);
    return [...range.getClientRects()].some(
      ({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom,
    );
  });
}
