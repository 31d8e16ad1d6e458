import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isQuiet, isSnoozed } from "../../static/js/preferences/quiet-hours.js";
import { against, excerpt, titleOf } from "../../static/js/reading/notifying.js";

const table = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));

for (const { name, facts, against: reasons } of table("notifying.json")) {
  test(`why not: ${name}`, () => assert.deepEqual(against(facts), reasons));
}

for (const { name, at, quiet, snoozed, ...preferences } of table("quiet-hours.json")) {
  test(`quiet: ${name}`, () => {
    assert.equal(isQuiet(preferences, Date.parse(at), "UTC"), quiet);
    assert.equal(isSnoozed(preferences, Date.parse(at)), snoozed);
  });
}

test("quiet hours follow the browser until a zone is chosen", () => {
  const evening = { quiet_days: 127, quiet_from: 1320, quiet_until: 1380, time_zone: "", snoozed_until: null };
  const at = Date.parse("2026-11-26T21:30:00Z");
  assert.equal(isQuiet(evening, at, "Europe/Berlin"), true);
  assert.equal(isQuiet(evening, at, "America/New_York"), false);
  assert.equal(isQuiet({ ...evening, time_zone: "America/New_York" }, at, "Europe/Berlin"), false);
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  assert.equal(isQuiet(evening, at), isQuiet(evening, at, timeZone));
});

test("an excerpt is one line of at most 120 characters, and no half of an emoji", () => {
  assert.equal(excerpt(" one\n two "), "one two");
  const long = excerpt("🌱".repeat(200));
  assert.equal([...long].length, 120);
  assert.ok(long.endsWith("🌱…"));
});

test("the title names the room where it is not the person", () => {
  assert.equal(titleOf("ana", { kind: "direct", name: "ana" }), "ana");
  assert.equal(titleOf("ana", { kind: "closed", name: "Garden" }), "ana (Garden)");
});
