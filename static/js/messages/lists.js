// Continues a list on the next line, and ends it at an empty item. Pure, for tests.

/** An item, up to the caret: indentation, sign or number with its mark, blanks, text. */
const ITEM = /^(\s*)([-*+]|(\d{1,9})([.)]))( +)(.*)$/u;
const FENCE = /^\s*(?:```|~~~)/;

/**
 * Returns what a line break at the caret does in a list: `text` replaces what is from `start` to the caret. Outside of
 * a list returns null.
 * @param {string} value  @param {number} caret
 */
export function nextItem(value, caret) {
  const lines = value.slice(0, caret).split("\n");
  const line = /** @type {string} */ (lines.at(-1));
  const found = ITEM.exec(line);
  if (!found || lines.filter((one) => FENCE.test(one)).length % 2 === 1) return null;
  const [, indent, sign, number, mark, blanks, words] = found;
  const rest = value.slice(caret).split("\n", 1)[0];
  if (words.trim() === "" && rest.trim() === "") return { start: caret - line.length, text: "" };
  const next = number ? `${Number(number) + 1}${mark}` : sign;
  return { start: caret, text: `\n${indent}${next}${blanks}` };
}
