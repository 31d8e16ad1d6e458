// Copying from the log as plain text: names, times, texts and list numbers, without the words of buttons and states.

import { find } from "../page/elements.js";
import { markOf, original } from "../page/plain-text.js";

/**
 * Returns the text of a node that lies in the range, with the marks of lists and quotes. Browsers leave these out.
 * @param {Node} node  @param {Range} range  @returns {string}
 */
function textIn(node, range) {
  if (!range.intersectsNode(node)) return "";
  if (node instanceof Text) {
    const start = range.startContainer === node ? range.startOffset : 0;
    const end = range.endContainer === node ? range.endOffset : node.length;
    return node.data.slice(start, end);
  }
  if (!(node instanceof HTMLElement)) return "";
  if (node.localName === "br") return "\n";
  const text = childrenIn(node, range);
  if (text === "") return "";
  if (node.localName === "li") return `${markOf(node)} ${text}`;
  if (node.localName === "blockquote") return text.replace(/^/gm, "> ");
  return text;
}

const BLOCKS = new Set(["p", "div", "ul", "ol", "li", "blockquote", "pre"]);

/** @param {HTMLElement} node  @param {Range} range */
function childrenIn(node, range) {
  let text = "";
  let wasBlock = false;
  for (const child of node.childNodes) {
    const part = textIn(child, range);
    const isBlock = child instanceof HTMLElement && BLOCKS.has(child.localName);
    // Between blocks the source may have blanks that the page does not show.
    if (part === "" || (node.matches("ul, ol") && !isBlock)) continue;
    if (text !== "" && (isBlock || wasBlock) && !text.endsWith("\n")) text += "\n";
    text += part;
    wasBlock = isBlock;
  }
  return text;
}

/** @param {Element} root  @param {string} selector */
const wordsOf = (root, selector) => root.querySelector(selector)?.textContent.trim() ?? "";

/** Returns a line of the log as text, in the words of its author. @param {Element} line  @param {Range} range */
function lineIn(line, range) {
  if (line.matches(".notice")) return `${wordsOf(line, ".notice-text")} ${wordsOf(line, ".message-time")}`;
  if (!line.matches("article.message")) return line.matches(".day") ? line.textContent.trim() : "";
  const text = line.querySelector(".message-text");
  const said = text ? textIn(text, range).trim() : "";
  // The selection may begin behind a text, or end before one.
  if (said === "") return "";
  const quote = line.querySelector(".quote");
  const answers = quote?.matches("a") && range.intersectsNode(quote);
  const quoted = answers ? `> ${wordsOf(quote, ".quote-author")}: ${wordsOf(quote, ".quote-text")}\n` : "";
  const source = find(line, ".message-body").dataset.source ?? said;
  const head = `[${wordsOf(line, ".message-time")}] ${wordsOf(line, ".message-author")}: `;
  return `${head}${quoted && `\n${quoted}`}${original(said, source)}`;
}

/**
 * Returns the text of a selection in the log: within one message only the selected words, otherwise a line for each
 * message.
 * @param {Element} list  the log's list  @param {Range} range
 */
function textOf(list, range) {
  const lines = [...list.children].filter((line) => range.intersectsNode(line));
  const texts = lines.map((line) => line.querySelector(".message-text")).filter((text) => text !== null);
  const inside = texts.find((text) => text.contains(range.commonAncestorContainer));
  if (inside) return textIn(inside, range);
  return lines
    .map((line) => lineIn(line, range))
    .filter((line) => line !== "")
    .join("\n");
}

/** From now on, what is copied from a log is plain text. */
export function copyLogAsText() {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !event.clipboardData) return;
    const range = selection.getRangeAt(0);
    const within = range.commonAncestorContainer;
    const list = (within instanceof Element ? within : within.parentElement)
      ?.closest("#messages")
      ?.querySelector("#log-inner");
    const text = list ? textOf(list, range) : "";
    if (text === "") return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
}
