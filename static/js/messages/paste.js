// Turns a pasted page into Markdown: bold, italic, strike, code, links, lists, quotes and paragraphs. Everything else is
// its text. Loaded at the first paste of a formatted text. The page is only read: nothing of it runs, is fetched or is
// put into our page, and its Markdown is a text in the box.

import { readForeign } from "../page/fragment.js";
import { isInCode } from "./code.js";

/** A longer result is pasted as its text, which the box knows how to refuse. */
const MOST = 50_000;
/** Deeper elements are their text. */
const MAX_DEPTH = 60;

const SILENT = new Set([
  "script",
  "style",
  "head",
  "title",
  "template",
  "noscript",
  "svg",
  "math",
  "iframe",
  "object",
  "select",
  "textarea",
  "button",
  "input",
]);
const PARAGRAPHS = new Set([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "ul",
  "ol",
  "pre",
  "blockquote",
  "table",
  "figure",
  "hr",
  "dl",
]);
const LINES = new Set([
  "div",
  "section",
  "article",
  "main",
  "header",
  "footer",
  "aside",
  "nav",
  "address",
  "body",
  "tr",
  "dt",
  "dd",
  "tbody",
  "thead",
  "tfoot",
  "caption",
  "figcaption",
  "details",
  "summary",
  "form",
  "fieldset",
  "li",
]);

/** The marks from the outermost to the innermost. */
const ORDER = /** @type {const} */ (["href", "bold", "strike", "italic", "code"]);
/** @typedef {{href?: string, bold?: boolean, strike?: boolean, italic?: boolean, code?: boolean}} Marks */
/** @typedef {Marks & {text: string}} Run  a text with the same marks */
/** @typedef {{text: string, isTight: boolean}} Block  tight blocks have no empty line between them */

/**
 * Returns a page as Markdown, or null if its plain text is better.
 * @param {string} html  @param {string} before  what is before the caret
 */
export function pasted(html, before) {
  if (isInCode(before)) return null;
  const text = joined(blocksOf(readForeign(html), {}, 0)).trim();
  return text === "" || text.length > MOST ? null : text;
}

/** @param {Node} node  @param {Marks} marks  @param {number} depth  @returns {Block[]} */
function blocksOf(node, marks, depth) {
  /** @type {Block[]} */ const blocks = [];
  /** @type {Run[]} */ let runs = [];
  const flush = () => {
    const text = inline(runs);
    runs = [];
    if (text !== "") blocks.push({ text, isTight: true });
  };
  /** @param {Node} parent  @param {Marks} around  @param {number} level */
  const read = (parent, around, level) => {
    for (const child of parent.childNodes) {
      if (child instanceof Text) runs.push({ ...around, text: child.data.replace(/[\s\u00a0]+/g, " ") });
      if (!(child instanceof Element) || SILENT.has(child.localName)) continue;
      const name = child.localName;
      const inside = { ...around, ...marksOf(child) };
      if (level > MAX_DEPTH) runs.push({ ...around, text: child.textContent });
      else if (name === "br") runs.push({ text: "\n" });
      else if (name === "img") runs.push({ ...around, text: child.getAttribute("alt") ?? "" });
      else if (PARAGRAPHS.has(name) || LINES.has(name)) {
        flush();
        blocks.push(...block(child, inside, level + 1));
      } else if (name === "td" || name === "th") {
        read(child, inside, level + 1);
        if (child.nextElementSibling) runs.push({ text: "\t" });
      } else read(child, inside, level + 1);
    }
  };
  read(node, marks, depth);
  flush();
  return blocks;
}

/** @param {Element} element  @param {Marks} marks  @param {number} depth  @returns {Block[]} */
function block(element, marks, depth) {
  const name = element.localName;
  if (name === "pre")
    return [{ text: `\`\`\`\n${element.textContent.replace(/^\n|\s+$/g, "")}\n\`\`\``, isTight: false }];
  if (name === "ul" || name === "ol") return [{ text: list(element, marks, depth), isTight: false }];
  const blocks = blocksOf(element, marks, depth);
  if (blocks.length === 0) return [];
  if (name === "blockquote")
    return [{ text: joined(blocks).replace(/^/gm, "> ").replace(/^> $/gm, ">"), isTight: false }];
  return PARAGRAPHS.has(name) ? [{ text: joined(blocks), isTight: false }] : blocks;
}

/** @param {Element} element  @param {Marks} marks  @param {number} depth */
function list(element, marks, depth) {
  let number = Number(element.getAttribute("start") ?? 1) || 1;
  const items = [];
  for (const child of element.children) {
    const sign = element.localName === "ol" ? `${number}. ` : "- ";
    const blocks = block(child, marks, depth + 1);
    // The lists within an item belong to it, without an empty line.
    const text = blocks.map((one) => one.text).join("\n");
    if (text === "") continue;
    const isInner = child.localName === "ul" || child.localName === "ol";
    items.push(isInner ? text.replace(/^/gm, "  ") : sign + text.replace(/\n/g, `\n${" ".repeat(sign.length)}`));
    if (!isInner) number += 1;
  }
  return items.join("\n");
}

/** @param {Block[]} blocks */
function joined(blocks) {
  let text = "";
  blocks.forEach((one, index) => {
    const isTight = one.isTight && blocks[index - 1]?.isTight;
    text += (index === 0 ? "" : isTight ? "\n" : "\n\n") + one.text;
  });
  return text;
}

/** @param {Element} element  @returns {Marks} */
function marksOf(element) {
  const name = element.localName;
  const style = element.getAttribute("style") ?? "";
  /** @type {Marks} */ const marks = {};
  // Some programs put all of what is copied into a <b> that is not bold.
  const weight = /font-weight: ?(\w+)/i.exec(style)?.[1] ?? (name === "b" || name === "strong" ? "bold" : "");
  if (/^(?:bold(?:er)?|[6-9]00)$/i.test(weight)) marks.bold = true;
  else if (weight !== "") marks.bold = false;
  if (name === "i" || name === "em" || /font-style: ?italic/i.test(style)) marks.italic = true;
  if (/^(?:s|del|strike)$/.test(name) || /line-through/i.test(style)) marks.strike = true;
  if (/^(?:code|tt|kbd|samp)$/.test(name)) marks.code = true;
  const href = name === "a" ? (element.getAttribute("href") ?? "") : "";
  if (/^(?:https?:\/\/|mailto:)/i.test(href))
    marks.href = href
      .replace(/[\s()<>]/g, encodeURIComponent)
      .replace(/\(/g, "%28")
      .replace(/\)/g, "%29");
  return marks;
}

/** @param {Run[]} runs */
function inline(runs) {
  const lines = written(runs, 0).split("\n");
  return lines
    .map((line) => line.replace(/ {2,}/g, " ").trim())
    .join("\n")
    .trim();
}

/** Writes runs with the mark at this place of the order, and those behind it. @param {Run[]} runs  @param {number} at */
function written(runs, at) {
  if (at === ORDER.length) return runs.map(({ text }) => text).join("");
  const mark = ORDER[at];
  let text = "";
  for (let start = 0; start < runs.length; ) {
    let end = start + 1;
    while (end < runs.length && (runs[end][mark] ?? false) === (runs[start][mark] ?? false)) end += 1;
    const inner = written(runs.slice(start, end), at + 1);
    text += inner
      .split("\n")
      .map((line) => around(line, mark, runs[start]))
      .join("\n");
    start = end;
  }
  return text;
}

/** Puts a mark around the words of a line, not around the blanks beside them. */
/** @param {string} line  @param {typeof ORDER[number]} mark  @param {Run} run */
function around(line, mark, run) {
  const words = line.trim();
  if (!run[mark] || words === "") return line;
  const start = line.indexOf(words);
  return line.slice(0, start) + marked(words, mark, run.href ?? "") + line.slice(start + words.length);
}

/** @param {string} words  @param {typeof ORDER[number]} mark  @param {string} href */
function marked(words, mark, href) {
  if (mark === "href") {
    const bare = words.replace(/[*~`]/g, "");
    const isAddress = href === bare || href === `${bare}/` || href === `mailto:${bare}`;
    return isAddress ? bare : `[${words.replace(/[[\]]/g, "\\$&")}](${href})`;
  }
  if (mark === "code") return words.includes("`") ? `\`\` ${words} \`\`` : `\`${words}\``;
  const sign = { bold: "**", strike: "~~", italic: "*" }[mark];
  return sign + words + sign;
}
