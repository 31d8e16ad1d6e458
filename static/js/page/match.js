// Search by name, without regard to accents and case. Pure, for tests.

/** Normalises a text for comparison: removes accents and case. @param {string} text */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Returns the items whose name contains the typed text, ranked: those that start with it, those with a word that
 * does, the others. The sort is stable.
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
