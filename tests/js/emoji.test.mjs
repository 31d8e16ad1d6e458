// The emoji picker: moving in its grid, skin tones, and what was used last.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { body: { dataset: { user: "1" } }, getElementById: () => null };
globalThis.matchMedia = () => ({ matches: false });
const { neighbour } = await import("../../static/js/messages/emoji-picker.js");
const { inTone, TONES, withRecent } = await import("../../static/js/messages/emoji-list.js");

/** Moves in a grid of 20 emoji: two rows of eight, and one of four. */
const move = (at, key, isRtl = false) => neighbour({ at, count: 20, key, isRtl });

test("arrows move through the grid, and above it is the search", () => {
  assert.equal(move(0, "ArrowRight"), 1);
  assert.equal(move(7, "ArrowRight"), 8, "into the next row");
  assert.equal(move(9, "ArrowUp"), 1);
  assert.equal(move(1, "ArrowDown"), 9);
  assert.equal(move(3, "ArrowUp"), null, "the search");
  assert.equal(move(0, "ArrowLeft"), 0, "stays");
  assert.equal(move(19, "ArrowRight"), 19, "stays");
});

test("below a short last row is its end", () => {
  assert.equal(move(14, "ArrowDown"), 19);
  assert.equal(move(17, "ArrowDown"), null);
});

test("the left arrow leads on from right to left", () => {
  assert.equal(move(0, "ArrowLeft", true), 1);
  assert.equal(move(1, "ArrowRight", true), 0);
});

test("an emoji takes the skin tone, if it has any", () => {
  const couple = ["👩‍❤️‍👨", "couple with heart", "couple", "👩🏻‍❤️‍👨🏻"];
  assert.equal(inTone(couple, TONES[3]), "👩🏽‍❤️‍👨🏽");
  assert.equal(inTone(couple, ""), "👩‍❤️‍👨");
  assert.equal(inTone(["🌱", "seedling", "seedling"], TONES[3]), "🌱");
});

test("what was used last comes first, once, and 32 are remembered", () => {
  const many = Array.from({ length: 32 }, (_, index) => [String(index), "name"]);
  const now = withRecent(many, ["7", "name"]);
  assert.equal(now.length, 32);
  assert.deepEqual(
    now.slice(0, 3).map(([emoji]) => emoji),
    ["7", "0", "1"],
  );
  assert.equal(withRecent(many, ["new", "name"]).length, 32);
});
