// Swiping a row of the list on a touch screen. The menu of the row has the same acts, for everybody else.

/** Distance after which a touch is a swipe, and no press. */
const SLOP_PX = 10;
/** Distance from which on letting go acts. A row follows the finger a little further. */
const ACTS_PX = 72;
const FARTHEST_PX = 112;

/** What a swipe to one side does, and the word for it. @typedef {{what: string, word: string}} Act */

/**
 * @param {HTMLElement} root  the browser scrolls it only up and down (`touch-action`)
 * @param {(target: HTMLElement) => HTMLElement | null} rowOf
 * @param {(row: HTMLElement, side: "start" | "end") => Act | null} actOf  towards a side of the line of text
 * @param {(what: string, row: HTMLElement) => void} act
 */
export function offerSwipe(root, rowOf, actOf, act) {
  /** @type {{row: HTMLElement, x: number, y: number, pulled: number, act: Act | null} | null} */ let swipe = null;
  let isSwiped = false;
  const release = () => {
    if (!swipe) return;
    swipe.row.style.removeProperty("--pulled");
    delete swipe.row.dataset.swipe;
    swipe.row.classList.remove("acts", "to-start");
    swipe = null;
  };
  root.addEventListener("pointerdown", ({ pointerType, isPrimary, target, clientX: x, clientY: y }) => {
    release();
    isSwiped = false;
    const row = rowOf(target);
    if (row && isPrimary && pointerType === "touch") swipe = { row, x, y, pulled: 0, act: null };
  });
  root.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!swipe) return;
    const { row, x, y } = swipe;
    const moved = clientX - x;
    if (!isSwiped && (Math.abs(moved) < SLOP_PX || Math.abs(moved) < Math.abs(clientY - y))) return;
    isSwiped = true;
    const isEnd = moved > 0 === (getComputedStyle(row).direction === "ltr");
    swipe.act = actOf(row, isEnd ? "end" : "start");
    swipe.pulled = swipe.act ? Math.max(-FARTHEST_PX, Math.min(FARTHEST_PX, moved)) : 0;
    row.style.setProperty("--pulled", `${swipe.pulled}px`);
    row.classList.toggle("to-start", !isEnd);
    row.classList.toggle("acts", Math.abs(swipe.pulled) >= ACTS_PX);
    if (swipe.act) row.dataset.swipe = swipe.act.word;
  });
  root.addEventListener("pointerup", () => {
    if (swipe?.act && Math.abs(swipe.pulled) >= ACTS_PX) act(swipe.act.what, swipe.row);
    release();
  });
  root.addEventListener("pointercancel", release);
  // The browser may take the end of a short swipe for a press on the link.
  root.addEventListener(
    "click",
    (event) => {
      if (!isSwiped) return;
      isSwiped = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
