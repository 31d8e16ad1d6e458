import assert from "node:assert/strict";
import { test } from "node:test";

import { initialsOf, shareOut } from "../../static/js/page/faces.js";

test("initials are the first two letters, as the server makes them", () => {
  assert.equal(initialsOf("_ana.maria"), "AN");
  assert.equal(initialsOf("דנה"), "דנ");
  assert.equal(initialsOf("x"), "X");
  assert.equal(initialsOf("★ Ana ★"), "AN");
});

test("initials are those of the first and the last word, without the user name", () => {
  assert.equal(initialsOf("Ana Maria Lopez"), "AL");
  assert.equal(initialsOf("Ana Lopez (@ana_m)"), "AL");
  assert.equal(initialsOf("Ana (@ana_m)"), "AN");
});

test("as many faces as there is room for, and the rest counted", () => {
  assert.deepEqual(shareOut(1, 5), [1, 0]);
  assert.deepEqual(shareOut(5, 5), [5, 0]);
  assert.deepEqual(shareOut(6, 5), [4, 2]);
  assert.deepEqual(shareOut(19, 5), [4, 15]);
});
