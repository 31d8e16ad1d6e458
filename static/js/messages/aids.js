// Editing aids of a box: keys for formatting, continued lists, and the paste of formatted text.
// Parts that are not needed at first are loaded on use.

import { find } from "../page/elements.js";
import { insertText } from "../page/insert.js";
import { keyOf } from "../page/keys.js";
import { nextItem } from "./lists.js";

/** @import { BrowserMemory } from "../page/storage.js" */

/** @typedef {"bold" | "italic" | "strike" | "code" | "quote" | "list" | "numbers" | "link"} Format */

/** Keys that people know, with Ctrl or ⌘. Ctrl+K switches rooms. @type {Record<string, Format>} */
const KEYS = { b: "bold", i: "italic", e: "code" };
/** The same with Shift. By their place on the keyboard, because Shift makes other signs of digits. */
/** @type {Record<string, Format>} */
const SHIFTED = { KeyX: "strike", Digit9: "quote", Digit8: "list", Digit7: "numbers", KeyL: "link" };

/** The key under which this browser remembers whether it shows the bar. */
const BAR = "parlour/bar";

/** Markup that Markdown has a form for. Other pages are pasted as the browser does. */
const FORMATTED =
  /<(?:b|strong|i|em|s|del|strike|code|pre|kbd|samp|tt|a|li|blockquote)[\s>]|font-weight: ?(?:bold|[6-9]00)|font-style: ?italic|line-through/i;
/** A longer page is pasted as plain text, so that typing is not blocked. */
const HTML_AT_MOST = 200_000;
/** So long the converter may take to be loaded. */
const LOAD_MS = 1_500;

/** Loads what formats, and formats. @param {HTMLTextAreaElement} box  @param {Format} what */
export async function format(box, what) {
  const { applyFormat } = await import("./formatting.js");
  applyFormat(box, what);
}

/** @param {HTMLTextAreaElement} box  @param {AbortSignal} [signal] */
export function offerAids(box, signal) {
  box.addEventListener(
    "keydown",
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || keyOf(event) === "") return;
      const what = event.shiftKey ? SHIFTED[event.code] : KEYS[event.key.toLowerCase()];
      if (!what) return;
      event.preventDefault();
      format(box, what).catch(() => {});
    },
    { signal },
  );
  box.addEventListener("beforeinput", (event) => goOn(box, event), { signal });
  box.addEventListener("paste", (event) => paste(box, event), { signal });
}

/**
 * Sets up the bar with the formats, and the button that shows and hides it. This browser remembers which; at first wide
 * windows show it (composer.css).
 * @param {HTMLFormElement} form  @param {BrowserMemory} storage  @param {AbortSignal} signal
 */
export function offerBar(form, storage, signal) {
  const [bar, toggle] = [".bar", ".composer-format"].map((part) => find(form, part));
  const show = () => {
    const chosen = storage.get(BAR);
    if (chosen) form.dataset.bar = chosen;
    toggle.ariaPressed = String(getComputedStyle(bar).display !== "none");
  };
  const flip = () => {
    storage.set(BAR, toggle.ariaPressed === "true" ? "off" : "on");
    show();
  };
  toggle.addEventListener("click", flip, { signal });
  // The focus, and on a phone the keyboard, stays with the text.
  bar.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
  bar.addEventListener("focusin", () => import("./formatting.js").then(({ roveBar }) => roveBar(bar)), {
    once: true,
    signal,
  });
  /** @param {OnElement<MouseEvent>} event */
  const pressed = ({ target }) => {
    const what = /** @type {Format | undefined} */ (target.closest("button[value]")?.getAttribute("value"));
    if (what) format(/** @type {HTMLTextAreaElement} */ (form.elements.namedItem("body")), what).catch(() => {});
  };
  bar.addEventListener("click", pressed, { signal });
  show();
}

/** Touch keyboards report a line break in this way, too. @param {HTMLTextAreaElement} box @param {InputEvent} event */
function goOn(box, event) {
  const { selectionStart: caret, selectionEnd } = box;
  if (!/^insert(?:LineBreak|Paragraph)$/.test(event.inputType) || event.isComposing || caret !== selectionEnd) return;
  const next = nextItem(box.value, caret);
  if (!next) return;
  event.preventDefault();
  insertText(box, next.text, next.start, caret);
}

/** @param {HTMLTextAreaElement} box  @param {ClipboardEvent} event */
async function paste(box, event) {
  // Without formatting (Ctrl+Shift+V) browsers give the text alone.
  const [html, text] = ["text/html", "text/plain"].map((kind) => event.clipboardData?.getData(kind) ?? "");
  if (event.defaultPrevented || html.length > HTML_AT_MOST || !FORMATTED.test(html)) return;
  event.preventDefault();
  const { selectionStart, selectionEnd } = box;
  const late = new Promise((_, reject) => setTimeout(reject, LOAD_MS));
  const loaded = Promise.race([import("./paste.js"), late]);
  const markdown = await loaded
    .then(({ pasted }) => pasted(html, box.value.slice(0, selectionStart)))
    .catch(() => null);
  insertText(box, markdown ?? text, selectionStart, selectionEnd);
}
