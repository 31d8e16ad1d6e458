// Navigates to another page of the site, like a link: within the document if possible
// (pages/switching.js), otherwise with a page load.

/**
 * Returns whether a press or click on a link is a plain one, which loads the page here: not in another tab, and not
 * handled yet.
 * @param {MouseEvent} event
 */
export const isPlain = ({ defaultPrevented, button, altKey, ctrlKey, metaKey, shiftKey }) =>
  !defaultPrevented && button === 0 && !(altKey || ctrlKey || metaKey || shiftKey);

/** @param {string} path */
export function visit(path) {
  const isFollowed = document.dispatchEvent(new CustomEvent("parlour:visit", { detail: path, cancelable: true }));
  if (isFollowed) location.assign(path);
}
