// Times in the time zone and language of the browser. The server renders UTC.

import { say } from "./words.js";

const DAY_MS = 86_400_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAYS = {
  weekday: new Intl.DateTimeFormat(undefined, { weekday: "long" }),
  "year-less": new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }),
  full: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" }),
};

const SHORT_DAYS = {
  weekday: new Intl.DateTimeFormat(undefined, { weekday: "short" }),
  "year-less": new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }),
  full: new Intl.DateTimeFormat(undefined, { dateStyle: "short" }),
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
