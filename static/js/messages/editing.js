// Edits a message in place: a box below it with its source and the keys of the composer. The box is a sibling of the
// message, so that it outlives replacements of it. Escape closes the box and keeps the text for the next time.

import { find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { say, sayCount } from "../page/words.js";
import { sendKey } from "./composer.js";
import { remaining, showsSomething, trimmed } from "./length.js";
import { sourceOf } from "./rights.js";
/** @import { Draft } from "./drafts.js" */

/** @typedef {{id: number, row: HTMLElement, box: HTMLTextAreaElement, source: string}} Open */

export class Editing {
  /** By id of the message. @type {Map<number, string>} */ #kept = new Map();
  /** @type {Open | null} */ #open = null;

  /**
   * @param {{template: HTMLTemplateElement, maxChars: number, draft: Draft,
   *   bodyOf: (id: number) => string | undefined, save: (id: number, body: string) => void,
   *   opened: (box: HTMLTextAreaElement) => void, closed: (message: HTMLElement | null) => void}} options
   */
  constructor({ template, maxChars, draft, bodyOf, save, opened, closed }) {
    this.template = template;
    this.maxChars = maxChars;
    this.draft = draft;
    this.bodyOf = bodyOf;
    this.save = save;
    this.opened = opened;
    this.closed = closed;
  }

  /** Continues the edit that was open when the page was closed. */
  restore() {
    const { id, text } = this.draft.loadFields() ?? {};
    const message = id && document.getElementById(`message-${id}`);
    if (!message || message.matches(".deleted")) return;
    this.#kept.set(id, text);
    this.start(message, false);
  }

  /** @param {HTMLElement} message */
  start(message, focus = true) {
    const id = Number(message.dataset.id);
    if (this.#open?.id === id) return this.#open.box.focus();
    if (this.#open) this.#leave();
    const row = /** @type {HTMLElement} */ (this.template.content.firstElementChild?.cloneNode(true));
    const box = find(row, "textarea");
    const source = this.bodyOf(id) ?? sourceOf(message);
    this.#open = { id, row, box, source };
    box.value = this.#kept.get(id) ?? source;
    message.after(row);
    message.classList.add("being-edited");
    row.addEventListener("keydown", (event) => this.#key(event));
    row.addEventListener("click", ({ target }) => this.#press(target.dataset.do));
    box.addEventListener("input", () => this.#changed());
    this.opened(box);
    if (!focus) return undefined;
    box.focus({ preventScroll: true });
    box.setSelectionRange(box.value.length, box.value.length);
    return row.scrollIntoView({ block: "nearest" });
  }

  /** Attaches the box again after the message was inserted or replaced. @param {HTMLElement} message */
  follow(message) {
    if (this.#open?.id !== Number(message.dataset.id)) return;
    const { row } = this.#open;
    message.classList.add("being-edited");
    if (message.nextElementSibling !== row) message.after(row);
  }

  /** Closes the box and forgets which messages were edited. @returns {string} the texts of all edits */
  giveUp() {
    if (this.#open) this.#leave();
    const texts = [...this.#kept.values()];
    this.#kept.clear();
    return texts.join("\n");
  }

  /** @param {OnElement<KeyboardEvent>} event */
  #key(event) {
    // Otherwise the shortcuts of the log would react to typing.
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (event.defaultPrevented) return;
    if (keyOf(event) === "Escape") {
      event.preventDefault();
      this.#leave();
    } else if (event.target === this.#open?.box && sendKey(event)) {
      event.preventDefault();
      if (!event.repeat) this.#save();
    }
  }

  /** @param {string | undefined} what */
  #press(what) {
    if (what === "save") this.#save();
    if (what === "cancel") this.#discard();
  }

  #changed() {
    const { id, box, row } = /** @type {Open} */ (this.#open);
    this.draft.saveFields({ id, text: box.value });
    find(row, ".edit-note").textContent = "";
  }

  #save() {
    const { id, box, row, source } = /** @type {Open} */ (this.#open);
    const text = trimmed(box.value);
    const note = find(row, ".edit-note");
    const left = remaining(text, this.maxChars);
    if (!showsSomething(text)) note.textContent = say("js-edit-empty");
    else if (left !== null && left < 0) note.textContent = sayCount("js-shorten-edit", -left);
    else {
      if (text !== source) this.save(id, text);
      this.#discard();
    }
  }

  /** Closes the box and keeps its text. */
  #leave() {
    const { id, box, source } = /** @type {Open} */ (this.#open);
    const text = box.value;
    this.#close();
    if (text !== source) this.#kept.set(id, text);
  }

  #discard() {
    if (this.#open) this.#kept.delete(this.#open.id);
    this.#close();
  }

  #close() {
    const { id, row } = /** @type {Open} */ (this.#open);
    this.#open = null;
    this.draft.save("");
    row.remove();
    const message = document.getElementById(`message-${id}`);
    message?.classList.remove("being-edited");
    this.closed(message);
  }
}
