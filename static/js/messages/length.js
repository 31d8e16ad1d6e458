// Length of a message in Unicode code points, as the server counts.

const WARN_FROM = 0.9;

/** Counts the code points of a text; a lone surrogate counts as one, as the browser sends it. @param {string} text */
export function codePoints(text) {
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const isLow = (text.charCodeAt(index) & 0xfc00) === 0xdc00;
    if (isLow && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/**
 * Returns how many characters are left, negative if there are too many, or null while the limit is far.
 * @param {string} text  @param {number} most
 */
export function remaining(text, most) {
  // A text has at most as many code points as code units, so that short ones need no counting.
  if (text.length < most * WARN_FROM) return null;
  const left = most - codePoints(text);
  return left <= most - most * WARN_FROM ? left : null;
}

/** Returns whether a reader sees anything of the text. @param {string} text */
export function showsSomething(text) {
  return /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u.test(text);
}

/** Returns the text as it is sent: without empty lines before and white space after. @param {string} text */
export function trimmed(text) {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}
