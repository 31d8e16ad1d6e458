import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, oneLine } from "../../static/js/page/plain-text.js";

test("a text is cut between letters as people see them", () => {
  const family = "👨‍👩‍👧‍👦";
  assert.equal(cut("abcdef", 6), "abcdef");
  assert.equal(cut("abc def", 5), "abc…");
  assert.equal(cut(family.repeat(2), 10), `${family}…`);
  assert.equal(cut(family, 5), "…");
  assert.equal(cut("e\u0301e\u0301", 3), "e\u0301…");
  assert.equal(cut("हिन्दी भाषा", 5), "हि…");
});

test("blanks of every kind are one", () => {
  assert.equal(oneLine(" a\n\n b\u00A0\u3000c "), "a b c");
});
