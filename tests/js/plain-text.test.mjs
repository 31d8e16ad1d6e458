import assert from "node:assert/strict";
import { test } from "node:test";

import { cut, oneLine, original } from "../../static/js/page/plain-text.js";

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

test("a text that a browser has translated is left for its source", () => {
  for (const [shown, source] of [
    ["second now 5. fifth", "2. second **now**\n5. fifth"],
    ["• wie • geht es", "- wie\n- geht es"],
    ["2 * 3 < 7", "2 \\* 3 &lt; 7"],
    ["waves", "/me waves"],
    ["¯\\_(ツ)_/¯", "/shrug"],
    ["日本語です", "日本語です"],
    ["👋", "👋"],
  ])
    assert.equal(original(shown, source), shown);
  for (const [shown, source] of [
    ["GUTEN TAG", "guten **tag**"],
    ["good day, Bo", "guten tag, Bo"],
    ["It is Japanese", "日本語です"],
    ["日本語です", "It is Japanese"],
  ])
    assert.equal(original(shown, source), source);
});
