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
  // Further classes tell of the state of a control, for example that a reaction is new.
  const same = [...controls].find(
    ({ classList, value }) => classList[0] === focused.classList[0] && value === focused.value,
  );
  (focused === old ? fresh : (same ?? fresh)).focus({ preventScroll: true });
}
