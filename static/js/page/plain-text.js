// The plain text of a message, as `plain.rs` makes it on the server: for quotes, notifications and
// copies.

const BLOCKS = "p, li, blockquote, pre, ul, ol";

/** Returns the number or bullet that the page shows for an item. @param {HTMLElement} item */
export function markOf(item) {
  const list = item.parentElement;
  if (!(list instanceof HTMLOListElement)) return "•";
  let number = list.start - 1;
  for (const one of list.children) {
    number = one.hasAttribute("value") ? /** @type {HTMLLIElement} */ (one).value : number + 1;
    if (one === item) break;
  }
  return `${number}${list.classList.contains("bracket") ? ")" : "."}`;
}

/** @param {Node} node  @returns {string} */
function wordsOf(node) {
  if (node instanceof Text) return node.data;
  if (!(node instanceof HTMLElement) || node.matches(".link-host")) return "";
  if (node.localName === "br") return " ";
  const words = [...node.childNodes].map(wordsOf).join("");
  if (!node.matches(BLOCKS)) return words;
  return node.matches("ol > li") ? ` ${markOf(node)} ${words} ` : ` ${words} `;
}

/** Returns the text of a rendered message on one line, with the numbers of lists. @param {HTMLElement} text */
export function plainText(text) {
  return oneLine(wordsOf(text));
}

/**
 * Returns the text that is shown, or, where a browser has translated the page, the source of the message.
 * @param {string} shown  @param {string} source
 */
export function original(shown, source) {
  const words = shown.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return words.every((word) => source.includes(word)) ? shown : source;
}

/** @param {string} text */
export function oneLine(text) {
  return text.split(/\s+/u).filter(Boolean).join(" ");
}

/**
 * Returns at most `most` characters, including the `…` of a shortened text. Never cuts within what people see as one
 * letter (grapheme cluster).
 * @param {string} text  @param {number} most
 */
export function cut(text, most) {
  if ([...text].length <= most) return text;
  let left = most - 1;
  let end = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(text)) {
    left -= [...segment].length;
    if (left < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}
