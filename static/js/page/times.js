// Times as this browser's person reads them; the server printed UTC.

import { dayKey, dayStyle } from "../log/grouping.js";
import { say } from "./words.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const DAYS = {
  weekday: new Intl.DateTimeFormat(undefined, { weekday: "long" }),
  "year-less": new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }),
  full: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" }),
};

/** Hours and minutes. */
export function clockTime(time) {
  return clock.format(new Date(time));
}

/** Day and time. */
export function dateAndTime(time) {
  return medium.format(new Date(time));
}

/** The words of a day divider. @param {string} key a day as from `dayKey` */
export function dayWords(key) {
  const style = dayStyle(key, dayKey(Date.now()));
  if (style === "today" || style === "yesterday") return say(`js-${style}`);
  return DAYS[style].format(new Date(`${key}T12:00`));
}

/** Rewrites every <time> below `root` (or `root` itself). */
export function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const time = new Date(element.dateTime);
    if (Number.isNaN(time.getTime())) continue;
    const inMessage = element.classList.contains("message-time");
    element.textContent = inMessage ? clock.format(time) : medium.format(time);
    element.title = full.format(time);
  }
}
