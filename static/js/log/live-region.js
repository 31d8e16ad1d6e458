// Changes of the ARIA live region that screen readers do not announce: history, in contrast to what arrives live.

/** Screen readers process changes with a delay. */
const SETTLED_MS = 300;
let waking = 0;

/** @param {HTMLElement} log  @param {() => void} change */
export function quietly(log, change) {
  clearTimeout(waking);
  log.ariaLive = "off";
  log.ariaBusy = "true";
  change();
  waking = setTimeout(() => {
    log.ariaBusy = "false";
    log.ariaLive = "polite";
  }, SETTLED_MS);
}
