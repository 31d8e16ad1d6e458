// Form tokens. A server that was restored refuses those of the pages before, since a form may name by its number
// what is another thing now. Only forms that name nothing from before get the token of a newer page.

import { fetchPage } from "./fragment.js";

/** The menu, dialogs and the composer. Lists that are fetched again (refresh.js) bring tokens of their own. */
const RENEWED = "input[name=csrf_token]:not(#main *), #composer input[name=csrf_token]";

/** @param {Document} page */
const field = (page) => /** @type {HTMLInputElement | null} */ (page.querySelector("input[name=csrf_token]"));

/** The token for requests that scripts make. */
export const token = () => field(document)?.value ?? "";

/** Takes over the token of a freshly fetched page. @param {Document} page */
export function renewTokens(page) {
  const fresh = field(page)?.value;
  if (!fresh) return;
  /** @type {NodeListOf<HTMLInputElement>} */ const fields = document.querySelectorAll(RENEWED);
  for (const old of fields) old.value = fresh;
}

/** Fetches a page for its token alone. */
export async function fetchToken() {
  const page = await fetchPage("/");
  if (page) renewTokens(page);
  return page !== null;
}
