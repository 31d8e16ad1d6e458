// CSRF tokens. A restored server refuses tokens of earlier pages, because the ids in their forms may name other things
// now. Only forms without such ids get the token of a newer page.

import { fetchPage } from "./fragment.js";

/** The menu, dialogs and the composer. Refreshed lists (refresh.js) have new tokens. */
const RENEWED = "input[name=csrf_token]:not(#main *, .side-ask *), #composer input[name=csrf_token]";

/** @param {Document} page */
const field = (page) => /** @type {HTMLInputElement | null} */ (page.querySelector("input[name=csrf_token]"));

/** Returns the token for requests of scripts. */
export const token = () => field(document)?.value ?? "";

/** Takes the token of a page that was just fetched. @param {Document} page */
export function renewTokens(page) {
  const fresh = field(page)?.value;
  if (!fresh) return;
  /** @type {NodeListOf<HTMLInputElement>} */ const fields = document.querySelectorAll(RENEWED);
  for (const old of fields) old.value = fresh;
}

/** Fetches a page and takes its token. Returns whether that worked. */
export async function fetchToken() {
  const page = await fetchPage("/");
  if (page) renewTokens(page);
  return page !== null;
}
