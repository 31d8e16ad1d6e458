// One form of a message in the place of another.

/** Puts a message in another's place; the focus stays on the same thing. */
export function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  fresh.classList.toggle("follows", old.classList.contains("follows"));
  old.replaceWith(fresh);
  if (!focused) return;
  const same = [...fresh.querySelectorAll("button, a")].find(
    ({ className, value }) => className === focused.className && value === focused.value,
  );
  (focused === old ? fresh : (same ?? fresh)).focus({ preventScroll: true });
}
