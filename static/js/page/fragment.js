// The one place that turns text into markup, behind the one Trusted Types policy of the site.
// Only what our own server rendered from a template may come here; everything else uses textContent.

const policy = globalThis.trustedTypes?.createPolicy("parlour-fragment", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

/** The first element of a rendered fragment, such as a message. */
export function elementFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content.firstElementChild;
}

/** A whole page of this site, as a document whose scripts do not run. */
export function pageFrom(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}
