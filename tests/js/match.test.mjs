import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, ranked } from "../../static/js/page/match.js";

const find = (names, typed) => ranked(names, typed, (name) => name);

test("accents and case do not matter", () => {
  assert.equal(folded("Élodie ÅSA"), "elodie asa");
  assert.deepEqual(find(["Zoë", "bo"], "ZOE"), ["Zoë"]);
  assert.deepEqual(find(["zoe"], "zoë"), ["zoe"]);
});

test("a start comes before a word, and a word before a part", () => {
  const names = ["banana", "tea with ana", "ana", "anatol"];
  assert.deepEqual(find(names, "ana"), ["ana", "anatol", "tea with ana", "banana"]);
});

test("nothing typed keeps everything in its order", () => {
  assert.deepEqual(find(["b", "a"], "  "), ["b", "a"]);
});

test("what is not there is not found", () => {
  assert.deepEqual(find(["ana"], "anx"), []);
});
