// What helps in a box: keys and buttons for formatting. What is not needed before somebody uses it is loaded then.

import { find } from "../page/elements.js";
import { keyOf } from "../page/keys.js";

/** @import { BrowserMemory } from "../page/storage.js" */

/** @typedef {"bold" | "italic" | "strike" | "code" | "quote" | "list" | "numbers" | "link"} Format */

/** Keys that people know, with Ctrl or ⌘. Ctrl+K switches rooms. @type {Record<string, Format>} */
const KEYS = { b: "bold", i: "italic", e: "code" };
/** The same with Shift. By their place on the keyboard, because Shift makes other signs of digits. */
/** @type {Record<string, Format>} */
const SHIFTED = { KeyX: "strike", Digit9: "quote", Digit8: "list", Digit7: "numbers", KeyL: "link" };

/** The key under which this browser remembers whether it shows the bar. */
const BAR = "parlour/bar";

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
