// Finding names by what is typed: accents and case do not matter. Pure, for tests.

/** A text as it is compared: without accents and case. @param {string} text */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * The items whose name holds what was typed: first those that start with it, then those with a word
 * that does, then the others; within each in their old order.
 * @template T
 * @param {T[]} items  @param {string} typed  @param {(item: T) => string} nameOf
 * @returns {T[]}
 */
export function ranked(items, typed, nameOf) {
  const wanted = folded(typed.trim());
  if (wanted === "") return [...items];
  /** @type {T[][]} */ const ranks = [[], [], []];
  for (const item of items) {
    const rank = rankOf(folded(nameOf(item)), wanted);
    if (rank !== null) ranks[rank].push(item);
  }
  return ranks.flat();
}

/** @param {string} name  @param {string} wanted */
function rankOf(name, wanted) {
  const at = name.indexOf(wanted);
  if (at < 0) return null;
  if (at === 0) return 0;
  const words = name.split(/[^\p{L}\p{N}]+/u);
  return words.some((word) => word.startsWith(wanted)) ? 1 : 2;
}
