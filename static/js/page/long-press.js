// Long press on a touch screen, which opens a menu.

/** Less than the half second after which browsers begin to select text and cancel the pointer. */
const LONG_PRESS_MS = 450;
const MOVED_PX = 10;

/**
 * Calls `open` on a long press. The browser still offers its selection of text. Browsers that have a context menu for
 * a long press fire its event instead of ours, or after it.
 * @param {HTMLElement} root  @param {(target: HTMLElement) => HTMLElement | null} pressable  what is pressed there, if
 *   a long press opens something  @param {(pressed: HTMLElement) => void} open
 */
export function longPress(root, pressable, open) {
  let timer = 0;
  /** Whether this press has opened the menu. */ let isDone = false;
  /** @type {{x: number, y: number} | null} */ let start = null;
  const stop = () => clearTimeout(timer);
  /** @param {HTMLElement} pressed */
  const finish = (pressed) => {
    stop();
    isDone = true;
    open(pressed);
  };
  root.addEventListener("pointerdown", ({ pointerType, target, clientX, clientY }) => {
    stop();
    isDone = false;
    const pressed = pressable(target);
    if (pointerType !== "touch" || !pressed) return;
    start = { x: clientX, y: clientY };
    timer = setTimeout(() => finish(pressed), LONG_PRESS_MS);
  });
  root.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.x, clientY - start.y) > MOVED_PX) stop();
  });
  root.addEventListener("contextmenu", (event) => {
    const { pointerType, target } = /** @type {OnElement<PointerEvent>} */ (event);
    const pressed = pressable(target);
    if (pointerType !== "touch" || !pressed) return;
    event.preventDefault();
    finish(pressed);
  });
  // Otherwise the mouse events that browsers emulate would focus what is pressed, and so close the menu.
  root.addEventListener("touchend", (event) => isDone && event.preventDefault(), { passive: false });
  for (const end of ["pointerup", "pointercancel", "scroll"]) root.addEventListener(end, stop, { passive: true });
}
