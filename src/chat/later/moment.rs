//! The choice of a time: presets, and a date with a time in the person's time zone.

use std::time::Duration;

use jiff::{ToSpan, Zoned, civil};
use serde::{Deserialize, Serialize};

use crate::{
    db::Timestamp,
    error::{Error, Result},
    words,
};

/// The first preset.
const SOON_MINUTES: i64 = 20;
/// When an evening begins.
const EVENING: i8 = 18;
/// When a day begins, for most people.
const MORNING: i8 = 9;
/// The presets in the order of the form, with the keys of their words.
const PRESETS: [(When, &str); 5] = [
    (When::Soon, "later-soon"),
    (When::Hour, "later-hour"),
    (When::Evening, "later-evening"),
    (When::Tomorrow, "later-tomorrow"),
    (When::Monday, "later-monday"),
];

/// A choice of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// In 20 minutes.
    Soon,
    /// In an hour.
    Hour,
    /// Today at six in the evening.
    Evening,
    /// Tomorrow at nine.
    Tomorrow,
    /// Monday at nine.
    Monday,
    /// The date and time in the form.
    #[default]
    Own,
}

/// The fields of the form.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct WhenForm {
    #[serde(default)]
    pub(crate) when: When,
    /// `2026-12-24`.
    #[serde(default)]
    pub(crate) date: String,
    /// `18:00`.
    #[serde(default)]
    pub(crate) time: String,
}

/// A preset on the page.
#[derive(Debug, Serialize)]
pub(crate) struct Preset {
    value: When,
    label: String,
    /// ISO 8601, UTC.
    at: String,
    /// The time of the day. Scripts write it as the person's locale does.
    time: String,
}

/// The data of `_when.hbs`.
#[derive(Debug, Serialize)]
pub(crate) struct Choices {
    presets: Vec<Preset>,
    /// The date in the field.
    date: String,
    /// The time in the field.
    time: String,
    /// The earliest date.
    first: String,
    /// The time zone, for example `Europe/Berlin`.
    zone_name: String,
    error: Option<String>,
}

impl Choices {
    /// Returns what can be chosen at `now`, which has the person's time zone.
    pub(crate) fn at(now: &Zoned) -> Self {
        let clock = words::text("format-clock");
        let preset = |(value, key): (When, &str)| {
            let chosen = value.preset(now)?;
            Some(Preset {
                value,
                label: words::text(key),
                at: Timestamp(chosen.timestamp().as_millisecond()).iso(),
                time: chosen.strftime(&clock).to_string(),
            })
        };
        Self {
            presets: PRESETS.into_iter().filter_map(preset).collect(),
            date: now.strftime("%Y-%m-%d").to_string(),
            time: String::new(),
            first: now.strftime("%Y-%m-%d").to_string(),
            zone_name: now.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            error: None,
        }
    }

    /// Returns the choices with what was typed, and why it was refused.
    pub(crate) fn refused(mut self, form: &WhenForm, error: String) -> Self {
        if !form.date.is_empty() {
            self.date.clone_from(&form.date);
        }
        self.time.clone_from(&form.time);
        self.error = Some(error);
        self
    }
}

impl When {
    /// Returns the moment of a preset. `None` hides the preset: its time is over, or another preset
    /// has the same time. [`When::Own`] is no preset.
    fn preset(self, now: &Zoned) -> Option<Zoned> {
        let at = |day: &Zoned, hour: i8| {
            let time = civil::time(hour, 0, 0, 0);
            day.date()
                .to_datetime(time)
                .to_zoned(now.time_zone().clone())
                .ok()
        };
        let later = |days: i64| now.checked_add(days.days()).ok();
        match self {
            Self::Soon => now.checked_add(SOON_MINUTES.minutes()).ok(),
            Self::Hour => now.checked_add(1.hour()).ok(),
            Self::Evening => at(now, EVENING).filter(|evening| evening > now),
            Self::Tomorrow => at(&later(1)?, MORNING),
            Self::Monday => {
                let days = 7 - i64::from(now.weekday().to_monday_zero_offset());
                // On a Sunday it is tomorrow.
                (days > 1).then(|| at(&later(days)?, MORNING)).flatten()
            }
            Self::Own => None,
        }
    }
}

impl WhenForm {
    /// Returns the chosen moment. A time that a change of the clocks skips is moved later by the
    /// length of the gap, and of a time that comes twice the earlier one is meant (jiff's rule
    /// "compatible").
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `when`: no time, a past one, or one that is too far ahead.
    pub(crate) fn moment(&self, now: &Zoned, ahead: Duration) -> Result<Timestamp> {
        let refused = |key: &str| Error::invalid("when", words::text(key));
        let chosen = match self.when {
            When::Own => {
                let typed = format!("{}T{}", self.date.trim(), self.time.trim());
                let typed: civil::DateTime = typed
                    .parse()
                    .map_err(|_unreadable| refused("later-error-unreadable"))?;
                let zone = now.time_zone().clone();
                typed.to_zoned(zone).ok()
            }
            preset => preset.preset(now),
        };
        let chosen = chosen.ok_or_else(|| refused("later-error-unreadable"))?;
        if chosen <= *now {
            return Err(refused("later-error-past"));
        }
        let at = Timestamp(chosen.timestamp().as_millisecond());
        let last = Timestamp(now.timestamp().as_millisecond()).plus(ahead);
        if at > last {
            let days = ahead.as_secs() / (24 * 60 * 60);
            let text = words::text_with("later-error-far", &[("days", days.into())]);
            return Err(Error::invalid("when", text));
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

    fn now(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    fn chosen(now: &Zoned, when: When, own: (&str, &str)) -> Result<String> {
        let form = WhenForm {
            when,
            date: own.0.to_owned(),
            time: own.1.to_owned(),
        };
        let at = form.moment(now, YEAR)?.moment();
        let local = at.to_zoned(now.time_zone().clone());
        Ok(local.strftime("%F %T %:z").to_string())
    }

    fn error(now: &Zoned, own: (&str, &str)) -> String {
        match chosen(now, When::Own, own) {
            Err(Error::Invalid(errors)) => errors["when"].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn presets_are_in_the_zone_of_the_person() {
        let friday = now("2026-11-27T10:15:00+01:00[Europe/Berlin]");
        for (when, expected) in [
            (When::Soon, "2026-11-27 10:35:00 +01:00"),
            (When::Hour, "2026-11-27 11:15:00 +01:00"),
            (When::Evening, "2026-11-27 18:00:00 +01:00"),
            (When::Tomorrow, "2026-11-28 09:00:00 +01:00"),
            (When::Monday, "2026-11-30 09:00:00 +01:00"),
        ] {
            assert_eq!(chosen(&friday, when, ("", "")).unwrap(), expected);
        }
        // The night in which the clocks go back.
        let october = now("2026-10-24T20:00:00+02:00[Europe/Berlin]");
        assert_eq!(
            chosen(&october, When::Tomorrow, ("", "")).unwrap(),
            "2026-10-25 09:00:00 +01:00"
        );
        assert!(chosen(&october, When::Evening, ("", "")).is_err());
        let values = |now: &Zoned| {
            let presets = Choices::at(now).presets;
            presets
                .iter()
                .map(|preset| preset.value)
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&friday).len(), 5);
        assert_eq!(
            values(&october),
            [When::Soon, When::Hour, When::Tomorrow, When::Monday]
        );
        let sunday = now("2026-11-29T10:00:00+00:00[UTC]");
        assert_eq!(
            values(&sunday),
            [When::Soon, When::Hour, When::Evening, When::Tomorrow]
        );
        let monday = now("2026-11-30T08:00:00+00:00[UTC]");
        assert_eq!(
            chosen(&monday, When::Monday, ("", "")).unwrap(),
            "2026-12-07 09:00:00 +00:00"
        );
    }

    #[test]
    fn a_skipped_time_is_moved_and_the_first_of_two_is_meant() {
        let march = now("2026-03-28T10:00:00+01:00[Europe/Berlin]");
        let gap = chosen(&march, When::Own, ("2026-03-29", "02:30")).unwrap();
        assert_eq!(gap, "2026-03-29 03:30:00 +02:00");
        let october = now("2026-10-24T10:00:00+02:00[Europe/Berlin]");
        let fold = chosen(&october, When::Own, ("2026-10-25", "02:30")).unwrap();
        assert_eq!(fold, "2026-10-25 02:30:00 +02:00");
    }

    #[test]
    fn a_wrong_time_is_refused_with_words() {
        let here = now("2026-11-30T10:00:00+00:00[UTC]");
        assert!(error(&here, ("2026-11-30", "10:00")).contains("past"));
        assert!(error(&here, ("2026-11-29", "12:00")).contains("past"));
        assert!(error(&here, ("2027-12-01", "10:00")).contains("365 days"));
        for own in [
            ("", ""),
            ("2026-13-01", "10:00"),
            ("tomorrow", "9"),
            ("2026-12-01", ""),
        ] {
            assert_eq!(error(&here, own), "Choose a date and a time.");
        }
        let last = chosen(&here, When::Own, ("2027-11-30", "10:00"));
        assert!(last.is_ok(), "exactly a year");
    }
}
