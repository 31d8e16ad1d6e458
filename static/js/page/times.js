// Times in the time zone of the browser, in the language of the page, and as the person's locale writes them. The server
// renders UTC.

import { say } from "./words.js";

const DAY_MS = 86_400_000;

/**
 * Returns in which locale times are written. It is one of the page's language, so that a day is not named in another
 * language than the words around it: the first that the person prefers, "en-US" for example. The clock has 12 or 24
 * hours as in the locale that the person prefers most, in whatever language. Pure, for tests.
 * @param {string} language  of the page  @param {readonly string[]} preferred  the locales of the browser
 * @returns {[string, {hourCycle?: "h11" | "h12" | "h23" | "h24"}]}
 */
export function localeOf(language, preferred) {
  const { hourCycle } = new Intl.DateTimeFormat(preferred[0], { hour: "numeric" }).resolvedOptions();
  return [preferred.find((locale) => locale.split("-")[0] === language) ?? language, { hourCycle }];
}

const [locale, hours] = localeOf(
  globalThis.document?.documentElement.lang || "en",
  globalThis.navigator?.languages ?? [],
);
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", ...hours });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", ...hours });
const medium = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", ...hours });
const DAYS = {
  weekday: new Intl.DateTimeFormat(locale, { weekday: "long" }),
  "year-less": new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" }),
  full: new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" }),
};

const SHORT_DAYS = {
  weekday: new Intl.DateTimeFormat(locale, { weekday: "short" }),
  "year-less": new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }),
  full: new Intl.DateTimeFormat(locale, { dateStyle: "short" }),
};

/** Formats hours and minutes. @param {string | number} time */
export function clockTime(time) {
  return clock.format(new Date(time));
}

/** Formats day and time. @param {string | number} time */
export function dateAndTime(time) {
  return medium.format(new Date(time));
}

/** Returns the local day of a time, for example "2026-11-23". @param {string | number} time */
export function dayKey(time) {
  const date = new Date(time);
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Returns how a day divider is worded: "today", "yesterday", "weekday", "year-less" or "full".
 * @param {string} key  @param {string} today  both as from `dayKey`
 */
export function dayStyle(key, today) {
  // From noon to noon, because daylight saving time moves midnight.
  const days = Math.round((Date.parse(`${today}T12:00Z`) - Date.parse(`${key}T12:00Z`)) / DAY_MS);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  if (days > 1 && days < 7) return "weekday";
  return key.slice(0, 4) === today.slice(0, 4) ? "year-less" : "full";
}

/** Returns the text of a day divider. @param {string} key a day as from `dayKey` */
export function dayWords(key) {
  const style = dayStyle(key, dayKey(Date.now()));
  if (style === "today" || style === "yesterday") return say(`js-${style}`);
  return DAYS[style].format(new Date(`${key}T12:00`));
}

/** Formats a time for a list: the clock today, then the day, the weekday within a week, or the date. @param {string} time */
export function listTime(time) {
  const key = dayKey(time);
  const style = dayStyle(key, dayKey(Date.now()));
  if (style === "today") return clockTime(time);
  if (style === "yesterday") return say("js-yesterday");
  return SHORT_DAYS[style].format(new Date(time));
}

/** Rewrites each <time> below `root`. @param {ParentNode} root */
export function localise(root) {
  /** @type {NodeListOf<HTMLTimeElement>} */ const times = root.querySelectorAll("time[datetime]");
  for (const element of times) {
    const time = new Date(element.dateTime);
    if (Number.isNaN(time.getTime())) continue;
    element.textContent = textOf(element, time);
    element.title = full.format(time);
  }
}

/** @param {HTMLTimeElement} element  @param {Date} time */
function textOf({ classList, dateTime }, time) {
  if (classList.contains("message-time")) return clock.format(time);
  return classList.contains("side-time") ? listTime(dateTime) : medium.format(time);
}
