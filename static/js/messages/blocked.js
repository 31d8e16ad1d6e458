// Messages, quotes and reactions of people whom this person blocks: folds and removes them in the page, because live
// frames are the same for all members of a room. The server renders pages in the same way (chat/messages/markup.rs).

import { regroup } from "../log/regroup.js";
import { build } from "../page/elements.js";
import { say } from "../page/words.js";

/** @typedef {(person: number) => boolean} IsBlocked */

/** Returns whether the message is folded, and shows only that it is there. @param {HTMLElement} message */
export const isFolded = (message) => message.querySelector(":scope > .blocked-line:not([open])") !== null;

export class BlockedMessages {
  /** Ids of messages that the person has opened. @type {Set<string>} */ #opened = new Set();

  /**
   * @param {{list: HTMLElement, isBlocked: IsBlocked, opened: (message: HTMLElement) => void}} options
   *   `opened` is called when the person shows a folded message
   */
  constructor({ list, isBlocked, opened }) {
    this.isBlocked = isBlocked;
    // The event does not bubble.
    list.addEventListener("toggle", ({ target }) => this.#toggled(target, opened), { capture: true });
  }

  /** Folds what blocked people wrote in a message, or unfolds what is not blocked any more. @param {HTMLElement} message */
  fold(message) {
    const isBlocked = this.isBlocked(Number(message.dataset.author)) && !message.matches(".deleted");
    const line = message.querySelector(":scope > .blocked-line");
    if (isBlocked && !line) message.prepend(foldLine(message.dataset.id ?? "", this.#opened.has(message.id)));
    if (!isBlocked) line?.remove();
    if (isBlocked !== message.matches(".blocked")) {
      message.classList.toggle("blocked", isBlocked);
      if (message.isConnected) regroup(message);
    }
    if (line || isBlocked) nameOf(message);
    // A folded message is not announced.
    if (isBlocked) message.ariaLive = "off";
    for (const quote of message.querySelectorAll("a.quote")) foldQuote(quote, this.isBlocked);
    for (const chip of message.querySelectorAll(".chip[data-by]")) removeReactions(chip, this.isBlocked);
  }

  /** @param {HTMLElement} line  @param {(message: HTMLElement) => void} opened */
  #toggled(line, opened) {
    const message = line.matches(".blocked-line") ? line.closest("article") : null;
    if (!message) return;
    nameOf(message);
    if (isFolded(message)) this.#opened.delete(message.id);
    else {
      this.#opened.add(message.id);
      opened(message);
    }
  }
}

/** Builds the line that is in front of a folded message. @param {string} id of the message  @param {boolean} isOpen */
function foldLine(id, isOpen) {
  const [closed, open] = ["js-blocked-show", "js-blocked-hide"].map((key) => build("span", {}, say(key)));
  closed.className = "when-closed";
  open.className = "when-open";
  return build(
    "details",
    { className: "blocked-line", open: isOpen },
    build("summary", { id: `blocked-${id}` }, closed, open),
  );
}

/** Names the article by what it shows. @param {HTMLElement} message */
function nameOf(message) {
  const { id } = message.dataset;
  const name = isFolded(message) ? `blocked-${id}` : `author-${id} text-${id} time-${id}`;
  message.setAttribute("aria-labelledby", name);
}

/** @param {HTMLElement} quote  @param {IsBlocked} isBlocked */
function foldQuote(quote, isBlocked) {
  const isOfBlocked = isBlocked(Number(quote.dataset.author));
  const words = quote.querySelector(".quote-blocked");
  quote.classList.toggle("blocked", isOfBlocked);
  if (isOfBlocked && !words) quote.prepend(build("span", { className: "quote-blocked" }, say("js-blocked")));
  if (!isOfBlocked) words?.remove();
}

/** Removes the reactions of blocked people. @param {HTMLElement} chip  @param {IsBlocked} isBlocked */
function removeReactions(chip, isBlocked) {
  const { by, names } = withoutBlocked(chip.dataset.by, chip.title, isBlocked);
  if (by === chip.dataset.by) return;
  const group = chip.closest(".reactions");
  chip.dataset.by = by;
  chip.title = names;
  const count = chip.querySelector(".chip-count");
  if (count) count.textContent = String(by.split(" ").length);
  if (by === "") chip.remove();
  if (group?.childElementCount === 0) group.remove();
}

/**
 * Removes blocked people from the ids and the names of a reaction. The names are in the order of the ids; the last
 * ones may only be counted. Pure, for tests.
 * @param {string} by  @param {string} names  @param {IsBlocked} isBlocked
 */
export function withoutBlocked(by, names, isBlocked) {
  const ids = by.split(" ").filter(Boolean);
  /** @param {string} _  @param {number} index */
  const stays = (_, index) => ids[index] === undefined || !isBlocked(Number(ids[index]));
  return { by: ids.filter(stays).join(" "), names: names.split(", ").filter(stays).join(", ") };
}
