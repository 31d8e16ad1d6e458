//! The form of preferences, and its validation.

use serde::{Deserialize, Serialize};

use super::{
    Attention, Preferences, QuietHours,
    quiet::{clock, minutes, zone},
};
use crate::{
    error::{Error, FieldErrors, Result},
    words,
};

/// The names of the days in the form, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A section of the page, which is a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Section {
    Others,
    Reading,
    Writing,
    Notifications,
    Quiet,
}

/// The submitted form: one section, or all of them if it names none. A checkbox is absent if it is
/// not checked.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PreferencesForm {
    section: Option<Section>,
    typing: Option<String>,
    seen: Option<String>,
    sounds: Option<String>,
    hide_previews: Option<String>,
    letter_keys: Option<String>,
    double_react: Option<String>,
    catch_up: Option<String>,
    /// `unread` or `newest`.
    #[serde(default)]
    open_at: String,
    /// `sends` or `newline`.
    #[serde(default)]
    enter: String,
    quiet_mon: Option<String>,
    quiet_tue: Option<String>,
    quiet_wed: Option<String>,
    quiet_thu: Option<String>,
    quiet_fri: Option<String>,
    quiet_sat: Option<String>,
    quiet_sun: Option<String>,
    #[serde(default)]
    quiet_from: String,
    #[serde(default)]
    quiet_until: String,
    #[serde(default)]
    time_zone: String,
}

impl PreferencesForm {
    /// Validates the form. Other sections and the snooze keep their values.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the fields `quiet_from`, `quiet_until`, `time_zone`.
    pub(super) fn check(&self, before: &Preferences) -> Result<Preferences> {
        let mut wanted = before.clone();
        if self.has(Section::Quiet) {
            wanted.attention = self.attention(&before.attention)?;
        }
        if self.has(Section::Others) {
            wanted.typing = self.typing.is_some();
            wanted.seen = self.seen.is_some();
        }
        if self.has(Section::Reading) {
            wanted.open_unread = self.open_at != "newest";
            wanted.catch_up = self.catch_up.is_some();
        }
        if self.has(Section::Writing) {
            wanted.enter_sends = self.enter != "newline";
            wanted.letter_keys = self.letter_keys.is_some();
            wanted.double_react = self.double_react.is_some();
        }
        if self.has(Section::Notifications) {
            wanted.sounds = self.sounds.is_some();
            wanted.hide_previews = self.hide_previews.is_some();
        }
        Ok(wanted)
    }

    fn has(&self, section: Section) -> bool {
        self.section.is_none_or(|only| only == section)
    }

    fn attention(&self, before: &Attention) -> Result<Attention> {
        let mut errors = FieldErrors::new();
        let mut time = |field: &'static str, text: &str| {
            minutes(text.trim()).unwrap_or_else(|| {
                errors.insert(field, words::text("preferences-error-time"));
                0
            })
        };
        let quiet = QuietHours {
            quiet_days: self.days(),
            quiet_from: time("quiet_from", &self.quiet_from),
            quiet_until: time("quiet_until", &self.quiet_until),
        };
        let time_zone = self.time_zone.trim();
        if !time_zone.is_empty() && zone(time_zone).is_none() {
            errors.insert("time_zone", words::text("preferences-error-zone"));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        Ok(Attention {
            quiet,
            time_zone: time_zone.to_owned(),
            snoozed_until: before.snoozed_until,
        })
    }

    fn days(&self) -> i64 {
        let ticked = [
            &self.quiet_mon,
            &self.quiet_tue,
            &self.quiet_wed,
            &self.quiet_thu,
            &self.quiet_fri,
            &self.quiet_sat,
            &self.quiet_sun,
        ];
        let bits = ticked.iter().zip(0..).filter(|(day, _)| day.is_some());
        bits.map(|(_, bit)| 1 << bit).sum()
    }

    /// Returns the form of the page after a refusal: what was typed, and the sections that were not
    /// sent as they are stored. Only quiet hours are ever refused.
    pub(super) fn shown(&self, stored: &Preferences) -> ShownForm {
        let wanted = Self {
            quiet_from: clock(0),
            quiet_until: clock(0),
            time_zone: String::new(),
            ..self.clone()
        };
        let others = match self.section {
            None => wanted.check(stored).ok(),
            Some(_) => None,
        };
        ShownForm {
            days: shown_days(self.days()),
            quiet_from: self.quiet_from.clone(),
            quiet_until: self.quiet_until.clone(),
            time_zone: self.time_zone.clone(),
            ..others.as_ref().unwrap_or(stored).shown()
        }
    }
}

impl Preferences {
    /// Returns the form of the page.
    pub(super) fn shown(&self) -> ShownForm {
        let Attention {
            quiet, time_zone, ..
        } = &self.attention;
        ShownForm {
            typing: self.typing,
            seen: self.seen,
            sounds: self.sounds,
            hide_previews: self.hide_previews,
            letter_keys: self.letter_keys,
            double_react: self.double_react,
            catch_up: self.catch_up,
            open_unread: self.open_unread,
            enter_sends: self.enter_sends,
            days: shown_days(quiet.quiet_days),
            quiet_from: clock(quiet.quiet_from),
            quiet_until: clock(quiet.quiet_until),
            time_zone: time_zone.clone(),
        }
    }
}

/// The form as `preferences/edit.hbs` shows it.
#[derive(Serialize)]
pub(super) struct ShownForm {
    typing: bool,
    seen: bool,
    sounds: bool,
    hide_previews: bool,
    letter_keys: bool,
    double_react: bool,
    catch_up: bool,
    open_unread: bool,
    enter_sends: bool,
    days: Vec<ShownDay>,
    /// `22:00`, or what was typed.
    quiet_from: String,
    /// `07:00`, or what was typed.
    quiet_until: String,
    time_zone: String,
}

/// The box of a day on which quiet hours begin.
#[derive(Serialize)]
struct ShownDay {
    /// Of the field.
    name: String,
    /// The key of its words.
    label: String,
    /// The key of its short name, which is shown.
    short: String,
    on: bool,
}

/// `days` has bit 0 for Monday.
fn shown_days(days: i64) -> Vec<ShownDay> {
    let day = |(name, bit): (&&str, u32)| ShownDay {
        name: format!("quiet_{name}"),
        label: format!("preferences-day-{name}"),
        short: format!("preferences-short-{name}"),
        on: days & (1 << bit) != 0,
    };
    DAYS.iter().zip(0..).map(day).collect()
}

/// The choices of a snooze.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Snooze {
    /// Half an hour.
    HalfHour,
    /// Until the next morning.
    Tomorrow,
    /// Ends the snooze.
    Off,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SnoozeForm {
    pub(super) length: Snooze,
    #[serde(default)]
    pub(super) next: crate::accounts::NextPath,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &str) -> PreferencesForm {
        serde_json::from_str(fields).unwrap()
    }

    #[test]
    fn what_is_ticked_is_on_and_the_rest_is_off() {
        let form = form(
            r#"{"seen":"on","open_at":"newest","enter":"newline","quiet_mon":"on","quiet_sun":"on",
                "quiet_from":"21:30","quiet_until":"06:00","time_zone":"Europe/Berlin"}"#,
        );
        let chosen = form.check(&Preferences::default()).unwrap();
        assert!(chosen.seen && !chosen.typing && !chosen.open_unread && !chosen.enter_sends);
        let quiet = chosen.attention.quiet;
        assert_eq!(
            (quiet.quiet_days, quiet.quiet_from, quiet.quiet_until),
            (65, 1290, 360)
        );
    }

    #[test]
    fn one_section_leaves_the_others_alone() {
        let before = Preferences {
            seen: false,
            sounds: false,
            ..Preferences::default()
        };
        let chosen = form(r#"{"section":"notifications","sounds":"on","hide_previews":"on"}"#);
        let chosen = chosen.check(&before).unwrap();
        let expected = Preferences {
            sounds: true,
            hide_previews: true,
            ..before
        };
        assert_eq!(chosen, expected);
    }

    #[test]
    fn a_wrong_time_and_a_wrong_zone_get_a_sentence_each() {
        let form = form(
            r#"{"open_at":"unread","enter":"sends","quiet_from":"25:00","quiet_until":"06:00",
                "time_zone":"Mars/Olympus"}"#,
        );
        match form.check(&Preferences::default()) {
            Err(Error::Invalid(errors)) => {
                let fields: Vec<_> = errors.into_keys().collect();
                assert_eq!(fields, ["quiet_from", "time_zone"]);
            }
            other => panic!("{other:?}"),
        }
    }
}
