// The composer: keys, height, length, draft. It is never disabled, and what was typed is never lost.

import { byId, find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";
import { say, sayCount } from "../page/words.js";
import { preferences } from "../preferences/preferences.js";
import { Draft, joined } from "./drafts.js";
import { remaining, showsSomething, trimmed } from "./length.js";

/** @import { Lifetime } from "../page/lifetime.js" */

const SAVE_AFTER_MS = 300;
/** The longest text that can be pasted, as a multiple of the longest message. Browsers need seconds to lay out more. */
const PASTE_AT_MOST = 5;
/** What the server does instead of sending it, as in `src/chat/pages/commands.rs`. */
const COMMAND = /^\/(?:mute(?: +off)?|invite(?: .*)?)$/;
/** Words that may notify many people, which `calling.js` then asks about. */
const CALL = /@(everyone|here)/i;
const touch = matchMedia("(pointer: coarse)");

/**
 * @typedef {{send: string, typing: boolean, left: null, escape: null, "edit-last": null, emoji: HTMLElement}}
 *   ComposerEvents
 */

export class Composer extends /** @type {new () => TypedTarget<ComposerEvents>} */ (EventTarget) {
  #saving = 0;
  /** Whether the server is running a command. */ #isRunning = false;
  /** What to do with a pasted text that is too long. @type {(string | HTMLElement)[]} */ #offer = [];
  /** The text that the person wants to send although it notifies many people. */ #agreed = "";

  /**
   * Dispatches "send" (`detail` = text), "typing" (`detail` = whether there is text), "left", "escape",
   * "edit-last" for the key that asks for it, and "emoji" (`detail` = the button).
   * @param {{form: HTMLFormElement, draft: Draft, maxChars: number, lifetime: Lifetime}} options
   */
  constructor({ form, draft, maxChars, lifetime }) {
    super();
    const { signal } = lifetime;
    this.form = form;
    this.box = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body"));
    this.note = byId("composer-note");
    this.count = byId("composer-count");
    this.draft = draft;
    this.maxChars = maxChars;
    this.#restore();
    lifetime.atEnd(() => clearTimeout(this.#saving));
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.box.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.box.addEventListener("input", () => this.#changed(), { signal });
    this.box.addEventListener("paste", (event) => this.#inserted(event, event.clipboardData), { signal });
    this.box.addEventListener("drop", (event) => this.#inserted(event, event.dataTransfer), { signal });
    // Anywhere else on the page the browser would open the file in its place.
    document.addEventListener("dragover", (event) => holdsFiles(event.dataTransfer) && event.preventDefault(), {
      signal,
    });
    document.addEventListener("drop", (event) => event.defaultPrevented || this.#refuseFiles(event), { signal });
    this.box.addEventListener("blur", () => this.#left(), { signal });
    const emoji = find(form, ".composer-emoji");
    emoji.addEventListener("click", () => this.dispatchEvent(new CustomEvent("emoji", { detail: emoji })), { signal });
    this.#grow();
    this.#showCount();
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  /** Not on touch devices, where the focus opens the keyboard. */
  focusUnlessTouch() {
    if (!touch.matches) this.focus();
  }

  saveNow() {
    clearTimeout(this.#saving);
    this.draft.save(this.box.value);
  }

  #restore() {
    // A text that the server returned with a refused form is newer than the draft.
    if (this.box.value === "") this.box.value = this.draft.load();
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
  }

  /**
   * Has the server do something with the text, and keeps it in the box if that fails.
   * @param {() => Promise<{isDone: boolean, text: string}>} act
   */
  async #run(act) {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { box } = this;
    const typed = box.value;
    const result = await act().catch(() => null);
    this.#isRunning = false;
    if (result?.isDone && box.value === typed) {
      box.value = "";
      this.saveNow();
      this.#changed();
    }
    this.#explain(result ? result.text : say("js-command-failed"), { isRefused: !result?.isDone });
  }

  /** Asks whether a text may notify many people, and then sends it. @param {string} text */
  async #ask(text) {
    const result = await import("./calling.js").then(({ mayCall }) => mayCall(this.form, text)).catch(() => null);
    if (result === null) this.#explain(say("js-command-failed"));
    if (!result || trimmed(this.box.value) !== text || !this.form.isConnected) return;
    this.#agreed = text;
    this.form.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = trimmed(this.box.value);
    if (!showsSomething(text)) return;
    if (event.submitter?.matches(".composer-later")) return this.#run(() => this.#schedule());
    if (COMMAND.test(text)) return this.#run(async () => (await import("./commands.js")).run(this.form));
    const left = remaining(text, this.maxChars);
    if (left !== null && left < 0) {
      this.count.textContent = "";
      this.#explain(sayCount("js-shorten", -left));
      return;
    }
    if (CALL.test(text) && this.#agreed !== text) return this.#ask(text);
    this.#agreed = "";
    // First, because the log reads its scroll position: emptying the box before would cost a
    // layout.
    this.dispatchEvent(new CustomEvent("send", { detail: text }));
    this.box.value = "";
    this.saveNow();
    this.#changed();
    this.focus();
  }

  async #schedule() {
    const result = await (await import("../later/choose.js")).choose(this.form);
    // The reply goes with the text.
    if (result.isDone) this.dispatchEvent(new CustomEvent("escape"));
    return result;
  }

  /** Inserts a text before the present one; the caret goes to the end. @param {string} text */
  putBefore(text) {
    this.box.value = joined(text, this.box.value);
    this.saveNow();
    this.#changed();
    this.focus();
  }

  /** Appends a text; caret and focus stay. @param {string} text */
  putAfter(text) {
    const { selectionStart, selectionEnd } = this.box;
    this.box.value = joined(this.box.value, text);
    this.box.setSelectionRange(selectionStart, selectionEnd);
    this.saveNow();
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const key = keyOf(event);
    if (key === "Escape") return this.dispatchEvent(new CustomEvent("escape"));
    if (key === "ArrowUp" && this.box.value === "" && !event.shiftKey && !event.altKey && !event.ctrlKey) {
      event.preventDefault();
      return this.dispatchEvent(new CustomEvent("edit-last"));
    }
    if (!sendKey(event)) return undefined;
    event.preventDefault();
    return event.repeat ? undefined : this.form.requestSubmit();
  }

  #changed() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.saveNow(), SAVE_AFTER_MS);
    this.#explain("");
    this.#grow();
    this.#showCount();
    this.dispatchEvent(new CustomEvent("typing", { detail: this.box.value !== "" }));
  }

  /** @param {Event} event  @param {DataTransfer | null} source */
  #inserted(event, source) {
    const text = source?.getData("text/plain") ?? "";
    if (text === "" && holdsFiles(source)) {
      event.preventDefault();
      this.#explain(say("js-no-files"));
    }
    if (text.length <= PASTE_AT_MOST * this.maxChars) return;
    event.preventDefault();
    this.#hold(text);
  }

  /** @param {DragEvent} event */
  #refuseFiles(event) {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    this.#explain(say("js-no-files"));
  }

  /** Keeps a text that is too long, and offers to insert it. @param {string} text */
  async #hold(text) {
    const module = await import("./long-paste.js").catch(() => null);
    // The person still has the text, and may paste it again.
    if (!module) return this.#explain(say("js-command-failed"));
    this.#offer = module.offer(text, this.maxChars, (wanted) => {
      this.#offer = [];
      const { selectionStart, selectionEnd } = this.box;
      if (wanted) this.box.setRangeText(text, selectionStart, selectionEnd, "end");
      this.#changed();
      this.focus();
    });
    this.#explain("");
  }

  #left() {
    this.saveNow();
    this.dispatchEvent(new CustomEvent("left"));
  }

  // For browsers without `field-sizing` in CSS.
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
  }

  #showCount() {
    const left = remaining(this.box.value, this.maxChars);
    this.count.textContent = left === null ? "" : sayCount(left < 0 ? "js-too-many" : "js-left", Math.abs(left));
    this.count.classList.toggle("refused", left !== null && left < 0);
  }

  /** @param {string} text */
  #explain(text, { isRefused = true } = {}) {
    const parts = [text, ...this.#offer].filter(Boolean);
    const words = parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
    if (this.note.textContent !== words) this.note.replaceChildren(...parts);
    this.note.classList.toggle("refused", words !== "" && isRefused);
    this.box.toggleAttribute("aria-invalid", text !== "" && isRefused);
    if (text !== "" && isRefused) this.box.setAttribute("aria-invalid", "true");
  }
}

/** @param {DataTransfer | null} source */
const holdsFiles = (source) => source?.types.includes("Files") ?? false;

/** Returns whether the key sends. @param {KeyboardEvent} event */
export function sendKey(event) {
  if (keyOf(event) !== "Enter") return false;
  const always = event.ctrlKey || event.metaKey;
  return always || !(event.shiftKey || event.altKey || touch.matches || !preferences().enter_sends);
}

/**
 * Focuses the composer on a printable key while nothing has the focus.
 * @param {() => Composer | null} composer  @param {Lifetime} lifetime
 */
export function typeAnywhere(composer, { signal }) {
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (
      event.defaultPrevented ||
      event.key.length !== 1 ||
      event.key === " " ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    const active = document.activeElement;
    const idle = active === document.body || active === null || active.closest("#messages, #main, h1") === active;
    const inLog = active?.matches?.("article.message");
    if ((idle || inLog) && !document.querySelector("dialog[open]")) composer()?.focus();
  };
  document.addEventListener("keydown", pressed, { signal });
}
