// Short codes of emoji: `:thu` offers 👍, and `:thumbsup:` becomes it. Loaded at the first `:` with two letters.

import { folded } from "../page/match.js";
import { say } from "../page/words.js";
import { isInCode } from "./code.js";
import { EmojiMemory, fetchEmoji, inTone } from "./emoji-list.js";

/** @import { Offers, Source } from "./completion.js" */
/** @import { Entry } from "./emoji-list.js" */

/** A code that is being typed. Nothing but a blank or an opening sign is before it: no `10:30`, no `http://`. */
const TYPED = /(?:^|[\s([{"'*~>])(:(\+1|-1|[\p{L}\d][\p{L}\p{M}\d_+-]+)(:?))$/iu;
const HAS_LETTER = /\p{L}|^[+-]1$/u;

/** @typedef {{code: string, entry: Entry}} Coded */

/** @returns {Promise<Source | null>} */
export async function shortCodes() {
  const groups = await fetchEmoji();
  if (!groups) return null;
  const codes = groups.flat().flatMap((entry) => codesOf(entry).map((code) => ({ code, entry })));
  return {
    isNear: () => false,
    fetch: async () => false,
    find: (before) => offersFor(before, codes, new EmojiMemory().all),
  };
}

/** Returns the codes of an emoji; one that GitHub has none for has its name. @param {Entry} entry */
const codesOf = ([, name, codes]) => (codes === "" ? [folded(name).replace(/[^a-z\d]+/g, "_")] : codes.split(" "));

/**
 * Returns the suggestions for the text before the caret. Pure, for tests.
 * @param {string} before  @param {Coded[]} codes  @param {{tone: string, recent: [string, string][]}} memory
 * @returns {Offers | null}
 */
export function offersFor(before, codes, { tone, recent }) {
  const [, typed, word, end] = TYPED.exec(before) ?? [];
  if (!typed || !HAS_LETTER.test(word) || isInCode(before)) return null;
  const wanted = folded(word);
  const found = end ? codes.filter(({ code }) => code === wanted) : rankedCodes(codes, wanted, recent);
  const options = found.map(({ code, entry }, index) => {
    const emoji = inTone(entry, tone);
    const chosen = () => new EmojiMemory().use([emoji, entry[1]]);
    return { id: `emoji-${index}`, name: `${emoji} :${code}:`, text: emoji, chosen };
  });
  return { length: typed.length, options, label: say("js-emoji"), isComplete: end !== "" };
}

/** Those that start with it before those that contain it, what was used last before others, each emoji once. */
/** @param {Coded[]} codes  @param {string} wanted  @param {[string, string][]} recent */
function rankedCodes(codes, wanted, recent) {
  const used = new Map(recent.map(([, name], index) => [name, index]));
  const found = new Map();
  for (const coded of codes) {
    const { code, entry } = coded;
    const at = code.indexOf(wanted);
    if (at < 0) continue;
    const isWord = at === 0 || code[at - 1] === "_";
    const rank = (at === 0 ? 0 : isWord ? 1_000 : 2_000) + (used.get(entry[1]) ?? recent.length);
    if (rank < (found.get(entry)?.rank ?? Number.POSITIVE_INFINITY)) found.set(entry, { ...coded, rank });
  }
  return [...found.values()].sort((one, other) => one.rank - other.rank);
}
