import assert from "node:assert/strict";
import { test } from "node:test";

import { RateLimit } from "../../static/js/live/rate-limit.js";

test("lets four fifths of the limit go at once, and the next when a second is over", () => {
  let time = 5000;
  const limit = new RateLimit(10, () => time);
  for (let index = 0; index < 8; index += 1) {
    assert.equal(limit.wait, 0);
    limit.take();
  }
  assert.equal(limit.wait, 1000);
  time += 400;
  assert.equal(limit.wait, 600);
  time += 600;
  assert.equal(limit.wait, 0);
});

test("a limit of one still lets one go", () => {
  assert.equal(new RateLimit(1, () => 0).wait, 0);
});
