// The reply that the composer writes: a line above it shows the message. It is stored with the draft, and does not
// change the text.

import { build, find } from "../page/elements.js";
import { cut, original, plainText } from "../page/plain-text.js";
import { sourceOf } from "./rights.js";
/** @import { Lifetime } from "../page/lifetime.js" */
/** @import { Draft } from "./drafts.js" */
/** @import { Reply } from "./operations.js" */

export class Replying {
  /** @type {null | {id: number, author: string, text: string}} */ current = null;

  /**
   * @param {{line: HTMLElement, field: HTMLInputElement, draft: Draft,
   *   closed: () => void, lifetime: Lifetime}} options  `field` is what the form sends without scripts
   */
  constructor({ line, field, draft, closed, lifetime: { signal } }) {
    this.line = line;
    this.field = field;
    this.draft = draft;
    this.closed = closed;
    const close = find(line, ".close");
    /** @param {Event} event */
    const pressed = (event) => {
      event.preventDefault();
      this.clear();
      this.closed();
    };
    close.addEventListener("click", pressed, { signal });
    close.addEventListener("keydown", (event) => event.key === " " && pressed(event), { signal });
    this.#restore();
  }

  /** @param {Reply} reply */
  start(reply) {
    this.current = reply;
    this.draft.saveFields(reply);
    this.#show();
  }

  /** Cancels the reply. Returns whether there was one. */
  clear() {
    const wasOn = this.current !== null;
    this.current = null;
    this.draft.save("");
    this.#show();
    return wasOn;
  }

  /** Returns the reply for the message that is being sent, and clears it. */
  take() {
    const reply = this.current;
    if (reply) this.clear();
    return reply;
  }

  #restore() {
    // The reply in the address of the page is newer than the draft.
    if (this.field.value !== "") {
      const [author, text] = [".quote-author", ".quote-text"].map((part) => find(this.line, part).textContent);
      this.start({ id: Number(this.field.value), author, text });
    } else {
      this.current = this.draft.loadFields();
      this.#show();
    }
  }

  #show() {
    const { id = "", author = "", text = "" } = this.current ?? {};
    this.line.hidden = this.current === null;
    this.field.value = String(id);
    find(this.line, ".quote-author").textContent = author;
    find(this.line, ".quote-text").textContent = text;
  }
}

const QUOTE_CHARS = 140;

/** Returns the beginning of a message in one line, as quotes show it. @param {HTMLElement} message */
export function quoteOf(message) {
  return cut(original(plainText(find(message, ".message-text")), sourceOf(message)), QUOTE_CHARS);
}

/** Builds the quote above a pending message. @param {Reply} reply  @param {number} room */
export function quoteLine({ id, author, text }, room) {
  const name = build("bdi", { className: "quote-author", translate: false }, author);
  const words = build("span", { className: "quote-text" }, text);
  const fields = { className: "quote", href: `/rooms/${room}/messages/${id}/`, dir: "auto" };
  const line = build("a", fields, name, " ", words);
  line.dataset.of = String(id);
  return line;
}
