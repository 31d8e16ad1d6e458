// Keys that an input method uses itself mean nothing to the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { keyOf } from "../../static/js/page/keys.js";

const traces = JSON.parse(readFileSync(new URL("ime-traces.json", import.meta.url), "utf8"));

/** The event of a line such as "keydown Enter isComposing=true keyCode=229". */
function eventOf(line) {
  const [, key, isComposing, keyCode] = /^keydown (\w+) isComposing=(\w+) keyCode=(\d+)$/.exec(line);
  return { key, isComposing: isComposing === "true", keyCode: Number(keyCode) };
}

for (const browser of ["chrome", "safari"]) {
  test(`no key of a composition in ${browser} is Enter or Escape`, () => {
    const keys = traces[browser].filter((line) => line.startsWith("keydown")).map(eventOf);
    assert.ok(keys.length > 0);
    for (const event of keys) {
      for (const key of [event.key, "Escape", "Tab", "ArrowDown"]) assert.equal(keyOf({ ...event, key }), "");
    }
  });
}

test("other keys are what they are", () => {
  for (const [key, keyCode] of [
    ["Enter", 13],
    ["Escape", 27],
    ["ArrowUp", 38],
    ["a", 65],
  ]) {
    assert.equal(keyOf({ key, keyCode, isComposing: false }), key);
  }
});
