// How long a message is: Unicode code points, counted as the server counts them.

const WARN_FROM = 0.9;

/** Code points of a text. A lone half of a pair counts as one, as the browser sends it. @param {string} text */
export function codePoints(text) {
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const isLow = (text.charCodeAt(index) & 0xfc00) === 0xdc00;
    if (isLow && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/**
 * How many characters are left (negative: too many), or null while there is plenty of room.
 * @param {string} text  @param {number} most
 */
export function remaining(text, most) {
  // A text has at most as many code points as units: most texts need no counting.
  if (text.length < most * WARN_FROM) return null;
  const left = most - codePoints(text);
  return left <= most - most * WARN_FROM ? left : null;
}

/** The text as it is sent: without empty lines before and blanks after. @param {string} text */
export function trimmed(text) {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
