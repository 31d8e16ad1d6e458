// The only module that parses markup, with the only Trusted Types policy of the site. Into the page comes only what our
// server rendered from a template; everything else uses textContent. The policy also lets the service worker be
// registered.

const rules = {
  createHTML: (/** @type {string} */ html) => html,
  createScriptURL(/** @type {string} */ address) {
    if (address !== "/worker.js") throw new TypeError("not the address of our service worker");
    return address;
  },
};
const policy = globalThis.trustedTypes?.createPolicy("parlour-fragment", rules) ?? rules;

/** Returns the address of the service worker as the browser wants it. @param {string} address */
export const trustedWorker = (address) => policy.createScriptURL(address);

/** Parses a rendered fragment, for example a message, and returns its first element. @param {string} html */
export function elementFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return /** @type {HTMLElement | null} */ (template.content.firstElementChild);
}

/**
 * Parses a page of somebody else to read its texts. Its document is inert: no script of it runs, and nothing of it is
 * fetched. Nothing of it may come into our page but texts.
 * @param {string} html
 */
export const readForeign = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html").body;

/**
 * Fetches a page of this site as a document whose scripts do not run. Returns null without an answer, and where
 * the server refuses or redirects, for example because nobody is signed in.
 * @param {string} address  @param {RequestInit} [options]
 */
export async function fetchPage(address, options) {
  try {
    return await askForPage(address, { redirect: "error", ...options });
  } catch {
    return null;
  }
}

/**
 * The same, but throws without an answer. Follows redirects.
 * @param {string} address  @param {RequestInit} [options]
 */
export async function askForPage(address, options) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, ...options });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
}
