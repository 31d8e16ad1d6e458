// The reactions of the bar over a message: the person's most used ones first.

import assert from "node:assert/strict";
import test from "node:test";
import { BrowserMemory } from "../../static/js/page/storage.js";
import { FakeStorage } from "./memory.mjs";

globalThis.document = { body: { dataset: { user: "1" } }, getElementById: () => null };
const { UsedReactions } = await import("../../static/js/messages/message-bar.js");

/** @type {[string, string][]} */
const COMMON = [
  ["👍", "thumbs up"],
  ["❤️", "red heart"],
  ["😂", "face with tears of joy"],
  ["🎉", "party popper"],
];

test("the most used reactions come first, then the most common", () => {
  const memory = new BrowserMemory(new FakeStorage());
  const used = new UsedReactions(COMMON, memory, 1);
  assert.deepEqual(used.first(), ["👍", "❤️", "😂"]);
  for (const emoji of ["🦊", "🎉", "🎉"]) used.add(emoji);
  assert.deepEqual(new UsedReactions(COMMON, memory, 1).first(), ["🎉", "🦊", "👍"]);
  assert.deepEqual(new UsedReactions(COMMON, memory, 2).first(1), ["👍"], "another person has their own");
});

test("a stored value that is damaged counts as none", () => {
  const memory = new BrowserMemory(new FakeStorage());
  memory.set("parlour/reactions/1", "{");
  assert.deepEqual(new UsedReactions(COMMON, memory, 1).first(1), ["👍"]);
});
