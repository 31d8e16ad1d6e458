// Popover beside its anchor, within the page. Closes on Escape, on a press outside, and when the focus leaves it; the
// focus then returns to the opener.

import { keyOf } from "./keys.js";

/** @import { Lifetime } from "./lifetime.js" */

const GAP_PX = 4;
const EDGE_PX = 8;

export class Popup {
  /** @type {HTMLElement | null} */ #opener = null;
  /** @type {HTMLElement | null} */ #anchor = null;
  /** Gets the focus on closing. @type {HTMLElement | null} */ #back = null;

  /** @param {HTMLElement} element  @param {Lifetime} lifetime */
  constructor(element, { signal }) {
    this.element = element;
    element.addEventListener("keydown", (event) => {
      if (keyOf(event) !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    element.addEventListener("focusout", ({ relatedTarget }) => {
      // A touch that opened it ends on its opener, which then takes the focus.
      if (!relatedTarget || relatedTarget === this.#opener) return;
      if (!element.contains(/** @type {Node} */ (relatedTarget))) this.close(false);
    });
    /** @param {OnElement<PointerEvent>} event */
    const pressed = ({ target }) => {
      const isButton = this.#opener?.matches("button") && this.#opener.contains(target);
      if (this.isOpen && !element.contains(target) && !isButton) this.close(false);
    };
    // On a phone, the keyboard closes when the focus leaves the box for the popover.
    const resized = () => {
      if (this.isOpen && this.#anchor?.isConnected) place(element, this.#anchor.getBoundingClientRect());
      else this.close(false);
    };
    document.addEventListener("pointerdown", pressed, { signal });
    addEventListener("resize", resized, { signal });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Opens at `anchor`; `back` gets the focus on closing. @param {HTMLElement} anchor */
  open(anchor, opener = anchor, back = opener) {
    this.#opener = opener;
    this.#anchor = anchor;
    this.#back = back;
    if (opener.hasAttribute("aria-haspopup")) opener.setAttribute("aria-expanded", "true");
    this.element.hidden = false;
    place(this.element, anchor.getBoundingClientRect());
  }

  close(refocus = true) {
    if (!this.isOpen) return;
    const opener = this.#opener;
    this.element.hidden = true;
    this.#opener = null;
    opener?.removeAttribute("aria-expanded");
    // The message may have been replaced with a newer form.
    const to = this.#back;
    const back = to?.isConnected ? to : document.getElementById(to?.closest("article")?.id ?? "");
    if (refocus) back?.focus({ preventScroll: true });
  }
}

/**
 * Places an element below or above its anchor, where there is room.
 * @param {HTMLElement} element  @param {DOMRect} anchor
 */
export function place(element, anchor, { above = false } = {}) {
  const { offsetWidth: width, offsetHeight: height } = element;
  const isBelow = !above && anchor.bottom + GAP_PX + height + EDGE_PX <= innerHeight;
  const top = isBelow ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - height;
  const left = document.dir === "rtl" ? anchor.left : anchor.right - width;
  /** @param {number} value  @param {number} most */
  const within = (value, most) => Math.max(EDGE_PX, Math.min(value, most - EDGE_PX));
  element.style.top = `${within(top, innerHeight - height)}px`;
  element.style.left = `${within(above ? anchor.left : left, innerWidth - width)}px`;
}
