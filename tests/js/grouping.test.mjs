import assert from "node:assert/strict";
import { test } from "node:test";

import { follows } from "../../static/js/log/grouping.js";
import { dayKey, dayStyle } from "../../static/js/page/times.js";

const at = (time, author = "1") => ({ author, at: new Date(time).toISOString() });
const noon = new Date(2026, 10, 23, 12, 0).getTime();
const minutes = (count) => count * 60_000;

test("a message of the same author within five minutes follows", () => {
  assert.equal(follows(at(noon), at(noon + minutes(5))), true);
  assert.equal(follows(at(noon), at(noon + minutes(5) + 1)), false);
});

test("another author never follows", () => {
  assert.equal(follows(at(noon, "1"), at(noon + 1, "2")), false);
});

test("a group ends at the local midnight", () => {
  const beforeMidnight = new Date(2026, 10, 23, 23, 59).getTime();
  assert.equal(follows(at(beforeMidnight), at(beforeMidnight + minutes(2))), false);
});

test("clocks that differ by a second do not break a group", () => {
  assert.equal(follows(at(noon), at(noon - 1000)), true);
});

test("a reply, a notice and what follows a notice have heads of their own", () => {
  assert.equal(follows(at(noon), { ...at(noon + 1), isReply: true }), false);
  assert.equal(follows({ ...at(noon), isReply: true }, at(noon + 1)), true);
  assert.equal(follows(at(noon), { ...at(noon + 1), isNotice: true }), false);
  assert.equal(follows({ ...at(noon), isNotice: true }, at(noon + 1)), false);
});

test("the day is that of the reader, not that of UTC", () => {
  assert.equal(dayKey(new Date(2026, 0, 2, 0, 30).getTime()), "2026-01-02");
  assert.equal(dayKey(new Date(2026, 0, 2, 23, 30).getTime()), "2026-01-02");
});

test("a divider says today, yesterday, a weekday, then a date", () => {
  const styles = ["2026-11-23", "2026-11-22", "2026-11-17", "2026-11-16", "2025-12-31"];
  assert.deepEqual(
    styles.map((day) => dayStyle(day, "2026-11-23")),
    ["today", "yesterday", "weekday", "year-less", "full"],
  );
});

test("yesterday is right across the change to summer time", () => {
  assert.equal(dayStyle("2026-03-28", "2026-03-29"), "yesterday");
});

test("an answer, and what comes after a deleted message, stand for themselves", () => {
  const one = { author: "1", at: "2026-11-23T08:00:00Z" };
  const next = { author: "1", at: "2026-11-23T08:01:00Z" };
  assert.equal(follows(one, next), true);
  assert.equal(follows(one, { ...next, isReply: true }), false);
  assert.equal(follows({ ...one, isDeleted: true }, next), false);
});
