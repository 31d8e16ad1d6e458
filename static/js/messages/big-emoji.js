// Messages of nothing but a few emoji are shown large, as the server does.

const MOST = 6;
const EMOJI = /^(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|(?=.*\p{Extended_Pictographic})[^\p{L}\p{N}]+)$/u;

/** One to six emoji and no other character than spaces; a family counts as one. @param {string} text */
export function isBigEmoji(text) {
  if (text.length > 200) return false;
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  const signs = [...segments].map(({ segment }) => segment).filter((sign) => sign.trim() !== "");
  return signs.length > 0 && signs.length <= MOST && signs.every((sign) => EMOJI.test(sign));
}
