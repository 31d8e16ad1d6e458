// Replaces the element of a message after the message has changed.

/** Replaces a message; the focus stays on the same control. @param {HTMLElement} old  @param {HTMLElement} fresh */
export function swap(old, fresh) {
  const focused = old.contains(document.activeElement)
    ? /** @type {HTMLButtonElement | null} */ (document.activeElement)
    : null;
  fresh.classList.toggle("follows", old.classList.contains("follows"));
  old.replaceWith(fresh);
  if (!focused) return;
  /** @type {NodeListOf<HTMLButtonElement>} */ const controls = fresh.querySelectorAll("button, a");
  const same = [...controls].find(({ className, value }) => className === focused.className && value === focused.value);
  (focused === old ? fresh : (same ?? fresh)).focus({ preventScroll: true });
}
