import assert from "node:assert/strict";
import { test } from "node:test";

import { placeMarks } from "../../static/js/reading/seen.js";

test("each mark stands at the newest own message that was read", () => {
  const positions = new Map([
    [2, { seq: 7 }],
    [3, { seq: 99 }],
    [4, { seq: 1 }],
  ]);
  const places = placeMarks([3, 5, 8], positions);
  assert.deepEqual(
    [...places],
    [
      [2, 5],
      [3, 8],
    ],
  );
});

test("without own messages there is no mark", () => {
  assert.equal(placeMarks([], new Map([[2, { seq: 7 }]])).size, 0);
});
