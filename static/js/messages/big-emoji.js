// Messages of only a few emoji are shown large. The server has the same rule.

const MOST = 6;
const EMOJI = /^(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|(?=.*\p{Extended_Pictographic})[^\p{L}\p{N}]+)$/u;

/**
 * Returns whether a text is one to six emoji and spaces; a sequence such as a family counts as one.
 * @param {string} text
 */
export function isBigEmoji(text) {
  if (text.length > 200) return false;
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  const signs = [...segments].map(({ segment }) => segment).filter((sign) => sign.trim() !== "");
  return signs.length > 0 && signs.length <= MOST && signs.every((sign) => EMOJI.test(sign));
}
