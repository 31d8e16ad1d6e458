import assert from "node:assert/strict";
import { test } from "node:test";

import { restartDelay, retryDelay } from "../../static/js/live/backoff.js";

const middle = () => 0.5;

test("tries again after 0.3, 1, 2, 4, 8, 15 and then always 15 seconds", () => {
  const plan = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => retryDelay(attempt, middle));
  assert.deepEqual(plan, [300, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test("every delay may be 30 % shorter or longer", () => {
  assert.equal(
    retryDelay(1, () => 0),
    700,
  );
  assert.equal(
    retryDelay(1, () => 1),
    1300,
  );
});

test("after a restart browsers come back spread over the announced time", () => {
  assert.equal(
    restartDelay(undefined, () => 0),
    0,
  );
  assert.equal(restartDelay(undefined, middle), 2500);
  assert.equal(
    restartDelay(2000, () => 1),
    2000,
  );
});
