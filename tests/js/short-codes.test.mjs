// Short codes of emoji: when they are offered, in which order, and where not.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { body: { dataset: { user: "1" } }, getElementById: () => null };
const { offersFor } = await import("../../static/js/messages/short-codes.js");

const CODES = [
  ["😀", "grinning face", "grinning"],
  ["👍", "thumbs up", "+1 thumbsup", "👍🏻"],
  ["👎", "thumbs down", "-1 thumbsdown", "👎🏻"],
  ["🌱", "seedling", "seedling"],
  ["🥹", "face", "face_holding_back_tears"],
].flatMap((entry) => entry[2].split(" ").map((code) => ({ code, entry })));
const nothing = { tone: "", recent: [] };
const offered = (before, memory = nothing) => offersFor(before, CODES, memory)?.options.map(({ text }) => text) ?? [];

test("two letters after a colon offer emoji, those that start with it first", () => {
  assert.deepEqual(offered("well :thu"), ["👍", "👎"]);
  assert.deepEqual(offered(":th"), ["👍", "👎"]);
  assert.deepEqual(offered("(:TH"), ["👍", "👎"]);
  assert.deepEqual(offered(":back"), ["🥹"], "a later word");
  assert.deepEqual(offered(":t"), [], "one letter");
  assert.deepEqual(offered(":"), []);
});

test("what was used last comes first, in its skin tone", () => {
  const memory = { tone: "🏽", recent: [["👎🏽", "thumbs down"]] };
  assert.deepEqual(offered(":thumbs", memory), ["👎🏽", "👍🏽"]);
});

test("times, addresses, smileys and numbers offer nothing", () => {
  for (const before of ["10:30", "at 10:se", "http://se", "https://seed", "a:seed", "::seed", ":-)", ":30", ": see"]) {
    assert.deepEqual(offered(before), [], before);
  }
});

test("within code nothing is offered", () => {
  for (const before of ["`a :seed", "```\nkey :seed", "```js\na\nb :seed"])
    assert.deepEqual(offered(before), [], before);
  assert.deepEqual(offered("`a` :seed"), ["🌱"]);
  assert.deepEqual(offered("```\na\n```\n:seed"), ["🌱"]);
});

test("a complete code means its emoji, an unknown one nothing", () => {
  const found = offersFor("so :+1:", CODES, nothing);
  assert.equal(found.isComplete, true);
  assert.deepEqual(
    found.options.map(({ text }) => text),
    ["👍"],
  );
  assert.equal(found.length, 4);
  assert.deepEqual(offered(":nothing_such:"), []);
  assert.deepEqual(offered(":thumbs:"), [], "only a whole code");
});
