// In which locale times are written.

import assert from "node:assert/strict";
import test from "node:test";
import { localeOf } from "../../static/js/page/times.js";

const clock = (/** @type {string[]} */ preferred) => {
  const [locale, hours] = localeOf("en", preferred);
  const format = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC", ...hours });
  return format.format(new Date("2026-11-23T14:02Z")).replace(/\s/g, " ");
};

test("the clock has 12 or 24 hours as the person's locale has", () => {
  assert.equal(clock(["en-US"]), "2:02 PM");
  assert.equal(clock(["en-GB"]), "14:02");
  assert.equal(clock(["de-DE"]), "14:02");
  assert.equal(clock(["de-DE", "en-US"]), "14:02");
});

test("days are named in the language of the page", () => {
  const day = (/** @type {string[]} */ preferred) =>
    new Intl.DateTimeFormat(localeOf("en", preferred)[0], { weekday: "long", timeZone: "UTC" }).format(
      new Date("2026-11-23T14:02Z"),
    );
  assert.equal(day(["de-DE"]), "Monday");
  assert.equal(day([]), "Monday");
});
