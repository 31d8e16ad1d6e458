// What a browser stores for a person, and what goes when the person logs out.

import assert from "node:assert/strict";
import test from "node:test";
import { BrowserMemory } from "../../static/js/page/storage.js";
import { FakeStorage } from "./memory.mjs";

test("what belongs to one person is forgotten, and nothing else", () => {
  const memory = new BrowserMemory(new FakeStorage());
  const own = ["parlour/draft/1/7", "parlour/reactions/1", "parlour/emoji/1", "parlour/epoch/1"];
  const others = ["parlour/bar", "parlour/draft/12/7", "parlour/kept/1/draft/7", "parlour/reactions/2", "other/x/1"];
  for (const key of [...own, ...others]) memory.set(key, "text");
  memory.forget(1);
  assert.deepEqual(memory.keys(""), others.sort());
});
