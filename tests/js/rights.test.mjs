import assert from "node:assert/strict";
import { test } from "node:test";

import { allowed } from "../../static/js/messages/rights.js";

const HOUR = 3_600_000;
const NOW = 1_790_000_000_000;
const message = { id: 7, author: 1, at: new Date(NOW - HOUR).toISOString(), deleted: false };
const person = { userId: 1, role: "member", canPost: true, canPin: true, editWindowMs: 24 * HOUR };
const rights = (of, who) => [...allowed({ ...message, ...of }, { ...person, ...who }, NOW)];

test("authors may do everything to their words, others may answer, react and link", () => {
  assert.deepEqual(rights(), ["reply", "react", "edit", "pin", "copy", "remind", "details", "delete"]);
  assert.deepEqual(rights({}, { userId: 2 }), ["reply", "react", "pin", "copy", "unread", "remind", "details"]);
});

test("after a day words stay as they are", () => {
  assert.deepEqual(rights({ at: new Date(NOW - 25 * HOUR).toISOString() }), [
    "reply",
    "react",
    "pin",
    "copy",
    "remind",
    "details",
    "delete",
  ]);
});

test("who looks after the room deletes and does not rewrite", () => {
  for (const role of ["moderator", "owner"]) {
    assert.deepEqual(rights({}, { userId: 2, role }), [
      "reply",
      "react",
      "pin",
      "copy",
      "unread",
      "remind",
      "details",
      "delete",
    ]);
  }
});

test("where nobody can write, own words can still go", () => {
  assert.deepEqual(rights({}, { canPost: false }), ["copy", "remind", "details", "delete"]);
});

test("where only moderators pin, others do not", () => {
  assert.ok(!rights({}, { canPin: false }).includes("pin"));
});

test("a deleted message offers nothing", () => {
  assert.deepEqual(rights({ deleted: true }), []);
});
