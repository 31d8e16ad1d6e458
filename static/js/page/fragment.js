// The only module that parses markup, with the only Trusted Types policy of the site. It must get only what our server
// rendered from a template; everything else uses textContent.

const rules = { createHTML: (/** @type {string} */ html) => html };
const policy = globalThis.trustedTypes?.createPolicy("parlour-fragment", rules) ?? rules;

/** Parses a rendered fragment, for example a message, and returns its first element. @param {string} html */
export function elementFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return /** @type {HTMLElement | null} */ (template.content.firstElementChild);
}

/**
 * Fetches a page of this site as a document whose scripts do not run. Returns null without an answer, and where
 * the server refuses or redirects, for example because nobody is signed in.
 * @param {string} address
 */
export async function fetchPage(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
  } catch {
    return null;
  }
}
