// Leads to another page of the site, as a link does; without loading a page where that is possible
// (pages/switching.js).

/** @param {string} path */
export function visit(path) {
  const isFollowed = document.dispatchEvent(new CustomEvent("parlour:visit", { detail: path, cancelable: true }));
  if (isFollowed) location.assign(path);
}
