// Where the focus goes when what has it leaves the page: never nowhere, from where a keyboard would have
// to begin at the top.

/**
 * Call before `element` goes: if it has the focus, `to` gets it, or else the main part of the page.
 * @param {HTMLElement} element  @param {HTMLElement | null} [to]
 */
export function release(element, to = null) {
  if (!element.contains(document.activeElement)) return;
  (to ?? document.getElementById("main"))?.focus({ preventScroll: true });
}
