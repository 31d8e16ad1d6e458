// Interprets key presses. While an input method composes text, its keys belong to it: Enter takes a
// word, Escape and the arrows act in its list.

/** The code of a key that an input method has processed. */
const PROCESSED = 229;

/**
 * Returns the key that was pressed, or "" if it belongs to an input method. Safari ends the composition before the event
 * of the key; then only the code shows it.
 * @param {KeyboardEvent} event
 */
export const keyOf = (event) => (event.isComposing || event.keyCode === PROCESSED ? "" : event.key);
