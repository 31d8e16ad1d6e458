// History comes into the log without being read aloud; only what arrives live is.

/** Assistive tech hears of changes a moment after they are made. */
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
