import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { codePoints, remaining, showsSomething, trimmed } from "../../static/js/messages/length.js";

test("counts code points, not units", () => {
  assert.equal(codePoints(""), 0);
  assert.equal(codePoints("né"), 2);
  assert.equal(codePoints("😀😀"), 2);
  assert.equal(codePoints("👨‍👩‍👧"), 5);
});

test("a lone half of a pair counts as one", () => {
  assert.equal(codePoints("a\ud83d"), 2);
  assert.equal(codePoints("\ude00a"), 2);
});

test("tells what is left only from nine tenths on", () => {
  assert.equal(remaining("x".repeat(8999), 10_000), null);
  assert.equal(remaining("x".repeat(9000), 10_000), 1000);
  assert.equal(remaining("x".repeat(10_000), 10_000), 0);
  assert.equal(remaining("x".repeat(10_214), 10_000), -214);
});

test("many units of few code points are no reason to warn", () => {
  assert.equal(remaining("😀".repeat(5000), 10_000), null);
});

test("sends no empty lines before and no blanks after, and keeps an indent", () => {
  assert.equal(trimmed("\n \n  one\n\n two \n\n"), "  one\n\n two");
  assert.equal(trimmed(" \n\t\n"), "");
});

test("a megabyte is counted quickly", () => {
  const begin = performance.now();
  remaining("é😀".repeat(350_000), 10_000);
  assert.ok(performance.now() - begin < 200);
});

test("a text that shows nothing is empty", () => {
  const cases = JSON.parse(readFileSync(new URL("../cases/invisible-only.json", import.meta.url), "utf8"));
  // The server reads Markdown: a quote of nothing shows nothing.
  for (const text of cases.filter((one) => !/[>*]/.test(one))) assert.equal(showsSomething(text), false, text);
  for (const text of ["", " \n", "\u0000", "\u2029", "\u{E0001}"]) assert.equal(showsSomething(text), false);
  for (const text of ["a", "\u200Ba", ">", "❤\uFE0F"]) assert.equal(showsSomething(text), true);
});
