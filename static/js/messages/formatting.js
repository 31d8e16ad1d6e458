// Formatting of a selection with Markdown, for the keys and the bar. Loaded when somebody uses it first.

import { insertText } from "../page/insert.js";
import { keyOf } from "../page/keys.js";

/** @import { Format } from "./aids.js" */

/** @type {Partial<Record<Format, string>>} */
const MARKS = { bold: "**", italic: "*", strike: "~~", code: "`" };
/** The placeholder of a link's address until it is typed. */
const ADDRESS = "https://";

/**
 * A change of a text: `text` replaces what is from `start` to `end`; then `from` to `to` is selected.
 * @typedef {{start: number, end: number, text: string, from: number, to: number}} Change
 */

/** Formats the selection of a box, or ends its format. @param {HTMLTextAreaElement} box  @param {Format} format */
export function applyFormat(box, format) {
  const { value, selectionStart, selectionEnd } = box;
  const { start, end, text, from, to } = formatted(value, selectionStart, selectionEnd, format);
  insertText(box, text, start, end);
  box.setSelectionRange(from, to);
}

/**
 * Returns the change that gives a format to a selection, or takes it away. Pure, for tests.
 * @param {string} value  @param {number} start  @param {number} end  @param {Format} format  @returns {Change}
 */
export function formatted(value, start, end, format) {
  if (format === "link") return linked(value, start, end);
  const mark = MARKS[format];
  if (mark === undefined) return withLines(value, start, end, format);
  const selected = value.slice(start, end);
  if (format === "code" && selected.includes("\n")) return fenced(value, start, end);
  // A mark beside a blank would not be one.
  const from = start + (selected.length - selected.trimStart().length);
  const to = Math.max(from, start + selected.trimEnd().length);
  return marked(value, from, to, mark);
}

/** @param {string} value  @param {number} start  @param {number} end  @param {string} mark  @returns {Change} */
function marked(value, start, end, mark) {
  const { length } = mark;
  const selected = value.slice(start, end);
  if (isMarked(value.slice(0, start), value.slice(end), mark)) {
    const outer = start - length;
    return { start: outer, end: end + length, text: selected, from: outer, to: outer + selected.length };
  }
  const inner = selected.slice(length, -length);
  if (selected.length > 2 * length && isMarked(selected.slice(0, length), selected.slice(-length), mark)) {
    return { start, end, text: inner, from: start, to: start + inner.length };
  }
  // Emphasis does not continue across blank lines.
  const lines = selected.split("\n").map((line) => (line.trim() === "" && selected !== "" ? line : mark + line + mark));
  const text = lines.join("\n");
  const inside = lines.length === 1 ? length : 0;
  return { start, end, text, from: start + inside, to: start + text.length - inside };
}

/** Returns whether the mark ends a text and begins the next. `**` is no `*`, but `***` is both. */
/** @param {string} before  @param {string} after  @param {string} mark */
function isMarked(before, after, mark) {
  const sign = mark[0];
  const runs = [/([*~`])\1*$/.exec(before)?.[0] ?? "", /^([*~`])\1*/.exec(after)?.[0] ?? ""];
  return runs.every((run) => {
    if (run[0] !== sign) return false;
    return mark === "*" ? run.length % 2 === 1 : run.length >= mark.length;
  });
}

/** Puts a fence around the selected lines. @param {string} value  @param {number} start  @param {number} end */
function fenced(value, start, end) {
  const above = start === 0 || value[start - 1] === "\n" ? "" : "\n";
  const below = end === value.length || value[end] === "\n" ? "" : "\n";
  const selected = value.slice(start, end).replace(/\n$/, "");
  const text = `${above}\`\`\`\n${selected}\n\`\`\`${below}`;
  const from = start + above.length + 4;
  return { start, end, text, from, to: from + selected.length };
}

/** Makes the lines of the selection a quote or a list, or plain. */
/** @param {string} value  @param {number} start  @param {number} end  @param {Format} format  @returns {Change} */
function withLines(value, start, end, format) {
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const next = value.indexOf("\n", end);
  const last = next < 0 ? value.length : next;
  const lines = value.slice(first, last).split("\n");
  const present = { quote: /^> ?/, list: /^[-*+] /, numbers: /^\d+[.)] / }[/** @type {"quote"} */ (format)];
  const isOn = lines.every((line) => present.test(line));
  /** @param {string} line  @param {number} index */
  const change = (line, index) => {
    if (isOn) return line.replace(present, "");
    if (format === "quote") return `> ${line}`;
    return `${format === "list" ? "-" : `${index + 1}.`} ${line.replace(/^(?:[-*+]|\d+[.)]) /, "")}`;
  };
  const changed = lines.map(change);
  const text = changed.join("\n");
  // The caret stays in its line, and a selection of lines stays one.
  const caret = Math.max(first, start + changed[0].length - lines[0].length);
  const [from, to] = start === end ? [caret, caret] : [first, first + text.length];
  return { start: first, end: last, text, from, to };
}

/** @param {string} value  @param {number} start  @param {number} end  @returns {Change} */
function linked(value, start, end) {
  const selected = value.slice(start, end);
  if (/^(?:https?:\/\/|mailto:)\S+$/i.test(selected)) {
    return { start, end, text: `[](${selected})`, from: start + 1, to: start + 1 };
  }
  const text = `[${selected}](${ADDRESS})`;
  // Without a text it is typed first; otherwise the address.
  const from = selected === "" ? start + 1 : start + selected.length + 3;
  return { start, end, text, from, to: selected === "" ? from : from + ADDRESS.length };
}

/** Makes the bar one stop of the Tab key, with arrows inside (ARIA toolbar). @param {HTMLElement} bar */
export function roveBar(bar) {
  // The bar stays when another room is opened.
  if (bar.dataset.roves) return;
  bar.dataset.roves = "yes";
  /** @param {KeyboardEvent & {target: HTMLButtonElement}} event */
  const pressed = (event) => {
    /** @type {Record<string, number>} */ const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const step = steps[keyOf(event)];
    if (!step) return;
    event.preventDefault();
    const all = [...bar.querySelectorAll("button")];
    const ahead = getComputedStyle(bar).direction === "rtl" ? -step : step;
    const to = all[(all.indexOf(event.target) + ahead + all.length) % all.length];
    for (const one of all) one.tabIndex = one === to ? 0 : -1;
    to.focus();
  };
  bar.addEventListener("keydown", /** @type {EventListener} */ (pressed));
}
