// Whether the caret is within code, where nothing is completed or formatted. Pure, for tests.

/** Returns whether a text ends within code. @param {string} before */
export function isInCode(before) {
  const lines = before.split("\n");
  const fences = lines.filter((line) => /^\s*(```|~~~)/.test(line)).length;
  const marks = (lines.at(-1) ?? "").match(/`+/g) ?? [];
  return fences % 2 === 1 || marks.length % 2 === 1;
}
