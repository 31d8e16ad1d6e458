//! Quiet hours (weekly, in the person's time zone) and snooze.
//! `static/js/preferences/quiet-hours.js` implements the same in the browser, and one table of test
//! cases checks both.

use diesel::prelude::*;
use jiff::{Timestamp as Moment, ToSpan, Zoned, civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{accounts::Zone, db::Timestamp, schema::preferences};

const MINUTES_A_DAY: i64 = 24 * 60;

/// Quiet hours from one time of the day to another. They end on the next day if the second time is
/// earlier, and cover the whole day if both are the same.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = preferences)]
pub struct QuietHours {
    /// The days on which quiet hours start, as a bit set. Bit 0 is Monday.
    pub quiet_days: i64,
    /// The start, in minutes after midnight.
    pub quiet_from: i64,
    /// The end, in minutes after midnight.
    pub quiet_until: i64,
}

impl Default for QuietHours {
    /// Returns no days, with the hours that the form suggests.
    fn default() -> Self {
        Self {
            quiet_days: 0,
            quiet_from: 22 * 60,
            quiet_until: 7 * 60,
        }
    }
}

/// The settings that silence notifications in all rooms.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = preferences, treat_none_as_null = true)]
pub struct Attention {
    /// The weekly quiet hours.
    #[diesel(embed)]
    #[serde(flatten)]
    pub quiet: QuietHours,
    /// The IANA name of the chosen time zone. Empty if none is chosen: then quiet hours follow the
    /// browser's zone.
    pub time_zone: String,
    /// The end of the snooze.
    pub snoozed_until: Option<Timestamp>,
}

impl Attention {
    /// Returns whether the moment is in quiet hours. `browser` is the zone of the person's browser.
    pub fn is_quiet(&self, moment: Timestamp, browser: &Zone) -> bool {
        let local = self.local(moment, browser);
        let today = weekday(local.weekday());
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        self.quiet.covers(today, minute)
    }

    /// Returns whether the moment is in a snooze.
    pub fn is_snoozed(&self, moment: Timestamp) -> bool {
        self.snoozed_until.is_some_and(|end| moment < end)
    }

    /// Returns the next time it is eight in the morning, on a later day.
    pub fn tomorrow(&self, now: Timestamp, browser: &Zone) -> Timestamp {
        let local = self.local(now, browser);
        let morning = local.checked_add(1.day()).and_then(|day| {
            day.with()
                .hour(8)
                .minute(0)
                .second(0)
                .subsec_nanosecond(0)
                .build()
        });
        morning.map_or(now, |morning| {
            Timestamp(morning.timestamp().as_millisecond())
        })
    }

    /// Converts a moment to the person's time zone.
    pub fn local(&self, moment: Timestamp, browser: &Zone) -> Zoned {
        let zone = match self.time_zone.as_str() {
            "" => browser.rules().clone(),
            chosen => zone(chosen).unwrap_or(TimeZone::UTC),
        };
        let moment = Moment::from_millisecond(moment.0).unwrap_or(Moment::UNIX_EPOCH);
        moment.to_zoned(zone)
    }
}

impl QuietHours {
    /// Returns whether a minute of a day (0 is Monday) is in quiet hours.
    fn covers(self, today: i64, minute: i64) -> bool {
        let begins = |day: i64| self.quiet_days & (1 << day) != 0;
        let yesterday = (today + 6) % 7;
        if self.quiet_from < self.quiet_until {
            return begins(today) && (self.quiet_from..self.quiet_until).contains(&minute);
        }
        (begins(today) && minute >= self.quiet_from)
            || (begins(yesterday) && minute < self.quiet_until)
    }
}

fn weekday(day: Weekday) -> i64 {
    i64::from(day.to_monday_zero_offset())
}

/// Returns the time zone with that IANA name.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// Returns the names of all time zones, for the form.
pub(super) fn zones() -> Vec<String> {
    jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .collect()
}

/// Parses `07:30` into minutes after midnight.
pub(super) fn minutes(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
    is_time.then_some(hour * 60 + minute)
}

/// Formats minutes after midnight as `07:30`.
pub(super) fn clock(minutes: i64) -> String {
    let minutes = minutes.rem_euclid(MINUTES_A_DAY);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        at: String,
        quiet: bool,
        snoozed: bool,
        #[serde(flatten)]
        attention: Attention,
    }

    #[test]
    fn browser_and_server_agree_when_it_is_quiet() {
        let table = include_str!("../../tests/js/quiet-hours.json");
        let cases: Vec<Case> = serde_json::from_str(table).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let at: Moment = case.at.parse().unwrap();
            let at = Timestamp(at.as_millisecond());
            assert_eq!(
                case.attention.is_quiet(at, &Zone::default()),
                case.quiet,
                "{}",
                case.name
            );
            assert_eq!(case.attention.is_snoozed(at), case.snoozed, "{}", case.name);
        }
    }

    #[test]
    fn times_of_the_day_are_read_and_written() {
        assert_eq!(minutes("07:30"), Some(450));
        assert_eq!(clock(450), "07:30");
        for wrong in ["", "7", "24:00", "07:60", "-1:00", "a:b"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tomorrow_is_the_morning_of_the_persons_own_next_day() {
        let attention = Attention {
            quiet: QuietHours::default(),
            time_zone: "Europe/Berlin".into(),
            snoozed_until: None,
        };
        let late: Moment = "2026-11-26T23:30:00Z".parse().unwrap();
        let end = attention.tomorrow(Timestamp(late.as_millisecond()), &Zone::default());
        assert_eq!(end.iso(), "2026-11-28T07:00:00.000Z");
    }

    #[test]
    fn every_zone_is_in_the_program_itself() {
        assert!(zone("Europe/Berlin").is_some() && zone("Mars/Olympus").is_none());
        assert!(zones().len() > 300);
    }
}
