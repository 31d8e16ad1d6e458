import assert from "node:assert/strict";
import { test } from "node:test";

import { nextOf } from "../../static/js/shell/room-keys.js";

const rooms = ["a", "b", "c", "d"];
const any = () => true;

test("the next and the one before, going round", () => {
  assert.equal(nextOf(rooms, 1, 1, any), "c");
  assert.equal(nextOf(rooms, 1, -1, any), "a");
  assert.equal(nextOf(rooms, 3, 1, any), "a");
  assert.equal(nextOf(rooms, 0, -1, any), "d");
});

test("from no room it is the first or the last", () => {
  assert.equal(nextOf(rooms, -1, 1, any), "a");
  assert.equal(nextOf(rooms, -1, -1, any), "d");
});

test("only what is wanted, and never the same room", () => {
  assert.equal(
    nextOf(rooms, 1, 1, (room) => room === "a"),
    "a",
  );
  assert.equal(
    nextOf(rooms, 1, 1, (room) => room === "b"),
    null,
  );
  assert.equal(nextOf([], -1, 1, any), null);
});
