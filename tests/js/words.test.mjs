import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeAfter } from "../../static/js/live/notice.js";
import { fill, pluralKey, say } from "../../static/js/page/words.js";

test("fills every place of a pattern", () => {
  assert.equal(fill("{ $name } and { $other } are typing…", { name: "ana", other: "bo" }), "ana and bo are typing…");
});

test("a value is text, whatever stands in it", () => {
  assert.equal(fill("{ $name }!", { name: "{ $name } $& <b>" }), "{ $name } $& <b>!");
});

test("a place without a value stays visible", () => {
  assert.equal(fill("{ $count } left", {}), "{ $count } left");
});

test("one is singular and everything else plural in English", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => pluralKey("js-left", count)),
    ["js-left-other", "js-left-one", "js-left-other"],
  );
});

test("a missing key stands for itself", () => {
  assert.equal(say("js-no-such-key"), "js-no-such-key");
});

test("a short gap says nothing, a longer one reconnects, a long one is offline", () => {
  const words = [0, 1999, 2000, 9999, 10_000].map(noticeAfter);
  assert.deepEqual(words, [null, null, "js-reconnecting", "js-reconnecting", "js-disconnected"]);
});
