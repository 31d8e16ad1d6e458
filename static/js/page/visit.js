// Navigates to another page of the site, like a link: within the document if possible
// (pages/switching.js), otherwise with a page load.

/** @param {string} path */
export function visit(path) {
  const isFollowed = document.dispatchEvent(new CustomEvent("parlour:visit", { detail: path, cancelable: true }));
  if (isFollowed) location.assign(path);
}
