// Quiet hours: weekly hours in the person's time zone, and a snooze. Pure; the server has the same rule
// (preferences/quiet.rs), and one table of cases tests both.

/** @import { Preferences } from "../live/protocol.js" */

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/**
 * Returns day (0 is Monday) and minute of a moment in a time zone; an unknown zone counts as UTC.
 * @param {number} moment  @param {string | undefined} timeZone  undefined is that of this browser
 */
function local(moment, timeZone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  let format;
  try {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  }
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { day: DAYS.indexOf(parts.weekday), minute: Number(parts.hour) * 60 + Number(parts.minute) };
}

/**
 * Returns whether a moment is in quiet hours. Until a zone is chosen, they follow the zone of this browser.
 * @param {Preferences} preferences  @param {number} moment Unix milliseconds  @param {string} [browser]  for tests
 */
export function isQuiet({ quiet_days: days, quiet_from: from, quiet_until: until, time_zone: zone }, moment, browser) {
  if (days === 0) return false;
  const { day, minute } = local(moment, zone || browser);
  /** @param {number} which */
  const begins = (which) => (days & (1 << which)) !== 0;
  if (from < until) return begins(day) && minute >= from && minute < until;
  return (begins(day) && minute >= from) || (begins((day + 6) % 7) && minute < until);
}

/** @param {Preferences} preferences  @param {number} moment Unix milliseconds */
export const isSnoozed = ({ snoozed_until: until }, moment) => until !== null && moment < until;
