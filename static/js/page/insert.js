// Inserting into a text field as if it were typed: the undo history of the field contains it.

/**
 * Replaces the selection, or the text from `start` to `end`. The field gets the focus, and an `input` event.
 * @param {HTMLTextAreaElement} box  @param {string} text
 */
export function insertText(box, text, start = box.selectionStart, end = box.selectionEnd) {
  box.focus({ preventScroll: true });
  box.setSelectionRange(start, end);
  // No other call adds to the undo history. It is marked as deprecated, but there is no successor.
  if (document.execCommand(text === "" ? "delete" : "insertText", false, text)) return;
  box.setRangeText(text, start, end, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
