// Removes what ends while the page is open, for example the status of a person (`data-until`, Unix milliseconds of the
// server's clock).

/** The longest delay of a timer. */
const MOST_MS = 2 ** 31 - 1;

/** How far the clock of the server is ahead of that of the browser, in milliseconds. */
const ahead = Number(document.body.dataset.now) - Date.now();
let timer = 0;

export function removeEnded() {
  clearTimeout(timer);
  let next = Number.POSITIVE_INFINITY;
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Number(element.dataset.until) - Date.now() - ahead;
    if (left <= 0) element.remove();
    else next = Math.min(next, left);
  }
  if (next <= MOST_MS) timer = setTimeout(removeEnded, next);
}
