// Focus management: when the focused element is removed, the focus moves to another one. Otherwise the next Tab would
// begin at the top of the page.

/**
 * Call before `element` is removed. If it contains the focus, that moves to `to`, or to the main part of the page.
 * @param {HTMLElement} element  @param {HTMLElement | null} [to]
 */
export function release(element, to = null) {
  if (!element.contains(document.activeElement)) return;
  (to ?? document.getElementById("main"))?.focus({ preventScroll: true });
}
