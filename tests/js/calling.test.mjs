// The words that notify everyone, as the server finds them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { callOf } from "../../static/js/messages/calling.js";

test("the widest call of a text counts", () => {
  for (const [text, expected] of /** @type {const} */ ([
    ["@here lunch", "here"],
    ["lunch, @Everyone!", "everyone"],
    ["@here and @everyone", "everyone"],
    ["@everyone.", "everyone"],
    ["(@here)", "here"],
    ["say `@everyone`", undefined],
    ["```\n@here\n```", undefined],
    ["me@everyone.org, everyone, @everyones", undefined],
    ["@hereby", undefined],
    ["@here.we.go", undefined],
  ])) {
    assert.equal(callOf(text), expected, text);
  }
});
