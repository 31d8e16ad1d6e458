// Formatting of a selection, and lists that go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatted } from "../../static/js/messages/formatting.js";
import { nextItem } from "../../static/js/messages/lists.js";

/** Reads a text in which `[` and `]` are the ends of the selection, or `|` is the caret. */
function read(shown) {
  const start = shown.search(/[[|]/);
  const end = shown.includes("|") ? start : shown.indexOf("]") - 1;
  return { value: shown.replace(/[[\]|]/g, ""), start, end };
}

function show(value, from, to) {
  if (from === to) return `${value.slice(0, from)}|${value.slice(from)}`;
  return `${value.slice(0, from)}[${value.slice(from, to)}]${value.slice(to)}`;
}

function format(shown, what) {
  const { value, start, end } = read(shown);
  const change = formatted(value, start, end, what);
  return show(value.slice(0, change.start) + change.text + value.slice(change.end), change.from, change.to);
}

for (const [what, before, after] of [
  ["bold", "a [word] here", "a **[word]** here"],
  ["bold", "a **[word]** here", "a [word] here"],
  ["bold", "[**word**]", "[word]"],
  ["bold", "a |", "a **|**"],
  ["bold", "a **|**", "a |"],
  ["bold", "[word ]here", "**[word]** here"],
  ["bold", "[one\n\ntwo]", "[**one**\n\n**two**]"],
  ["italic", "[word]", "*[word]*"],
  ["italic", "**[word]**", "***[word]***"],
  ["italic", "***[word]***", "**[word]**"],
  ["bold", "*[word]*", "***[word]***"],
  ["strike", "[word]", "~~[word]~~"],
  ["code", "[word]", "`[word]`"],
  ["code", "`[word]`", "[word]"],
  ["code", "see [a\nb]", "see \n```\n[a\nb]\n```"],
  ["quote", "[one\ntwo]", "[> one\n> two]"],
  ["quote", "[> one\n> two]", "[one\ntwo]"],
  ["quote", "one\nt|wo", "one\n> t|wo"],
  ["list", "[one\ntwo]", "[- one\n- two]"],
  ["list", "- o|ne", "o|ne"],
  ["numbers", "[one\ntwo]", "[1. one\n2. two]"],
  ["numbers", "[- one\n- two]", "[1. one\n2. two]"],
]) {
  test(`${what} makes ${JSON.stringify(before)} ${JSON.stringify(after)}`, () => {
    assert.equal(format(before, what), after);
  });
}

test("a link asks for what is missing: its address or its text", () => {
  const link = (value, start, end) => {
    const { text, from, to } = formatted(value, start, end, "link");
    return [text, from, to];
  };
  assert.deepEqual(link("the garden", 4, 10), ["[garden](https://)", 13, 21]);
  assert.deepEqual(link("https://example.org", 0, 19), ["[](https://example.org)", 1, 1]);
  assert.deepEqual(link("", 0, 0), ["[](https://)", 1, 1]);
});

/** Presses Enter at the `|`. */
function enter(shown) {
  const caret = shown.indexOf("|");
  const value = shown.replace("|", "");
  const next = nextItem(value, caret);
  if (!next) return null;
  return `${value.slice(0, next.start)}${next.text}|${value.slice(caret)}`;
}

for (const [before, after] of [
  ["- one|", "- one\n- |"],
  ["* one|", "* one\n* |"],
  ["1. one|", "1. one\n2. |"],
  ["9) nine|", "9) nine\n10) |"],
  ["- one\n  - in|", "- one\n  - in\n  - |"],
  ["- o|ne", "- o\n- |ne"],
  ["- one\n- |", "- one\n|"],
  ["1. one\n2. |", "1. one\n|"],
  ["plain|", null],
  ["-one|", null],
  ["-|", null],
  ["|- one", null],
  ["```\n- code|", null],
  ["```\ncode\n```\n- one|", "```\ncode\n```\n- one\n- |"],
]) {
  test(`Enter at ${JSON.stringify(before)} ${after === null ? "is a line break" : "goes on or ends"}`, () => {
    assert.equal(enter(before), after);
  });
}
