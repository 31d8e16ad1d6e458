//! The status of a person: an emoji and a few words, until a time. An ended status is not shown any
//! more: queries compare its end with the clock of the server, so that nothing must delete it.

use std::time::Duration;

use diesel::prelude::*;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::Zone;
use crate::{
    db::Timestamp,
    emoji,
    error::{Error, Result},
    schema::users,
    visible, words,
};

/// The maximum length of the text, in characters. It stands beside a name.
pub(crate) const STATUS_CHARS: usize = 80;
/// The emoji of a status that has only a text.
const SPEECH: &str = "💬";

/// A status that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// One emoji.
    pub emoji: String,
    /// One line, possibly empty.
    pub text: String,
    /// When it ends, in Unix milliseconds.
    pub until: Option<Timestamp>,
}

/// The columns of a status, which may have ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct StoredStatus {
    /// Empty without a status.
    pub status_emoji: String,
    /// The text.
    pub status_text: String,
    /// When it ends.
    pub status_until: Option<Timestamp>,
}

impl StoredStatus {
    /// Returns the status that people see at that time.
    pub fn at(self, now: Timestamp) -> Option<Status> {
        let is_over = self.status_until.is_some_and(|end| end <= now);
        (!self.status_emoji.is_empty() && !is_over).then_some(Status {
            emoji: self.status_emoji,
            text: self.status_text,
            until: self.status_until,
        })
    }

    /// Validates a typed status. Without emoji and text there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the fields `emoji` and `text`.
    pub(super) fn parse((emoji, text): (&str, &str), until: Option<Timestamp>) -> Result<Self> {
        let text = visible::one_line(text);
        if text.chars().count() > STATUS_CHARS {
            let most = [("most", STATUS_CHARS.into())];
            let text = words::text_with("own-status-text-long", &most);
            return Err(Error::invalid("text", text));
        }
        let text = Some(text).filter(|text| visible::shows_something(text));
        let emoji =
            match emoji.trim() {
                "" => text.as_ref().map(|_| SPEECH),
                typed => Some(emoji::find(typed).ok_or_else(|| {
                    Error::invalid("emoji", words::text("own-status-emoji-wrong"))
                })?),
            };
        Ok(emoji.map_or_else(Self::default, |emoji| Self {
            status_emoji: emoji.to_owned(),
            status_text: text.unwrap_or_default(),
            status_until: until,
        }))
    }
}

/// When a new status ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ends {
    /// After half an hour.
    HalfHour,
    /// After an hour.
    Hour,
    /// At midnight.
    Today,
    /// When the person removes it.
    #[default]
    Never,
    /// When the present one does.
    Same,
}

impl Ends {
    /// Returns the end of a status that is set now, in the time zone of the person. `present` is
    /// the end of the present one.
    pub(super) fn after(
        self,
        now: Timestamp,
        zone: &Zone,
        present: Option<Timestamp>,
    ) -> Option<Timestamp> {
        match self {
            Self::HalfHour => Some(now.plus(Duration::from_secs(30 * 60))),
            Self::Hour => Some(now.plus(Duration::from_secs(60 * 60))),
            Self::Today => midnight(now, zone),
            Self::Never => None,
            Self::Same => present,
        }
    }
}

fn midnight(now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let tomorrow = zone.day(now).checked_add(1.day()).ok()?;
    let begin = tomorrow.to_zoned(zone.rules().clone()).ok()?;
    Some(Timestamp(begin.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(emoji: &str, text: &str) -> Option<Status> {
        let stored = StoredStatus::parse((emoji, text), None).unwrap();
        stored.at(Timestamp(1))
    }

    #[test]
    fn a_status_has_an_emoji_or_words() {
        let shown = |status: Option<Status>| status.map(|status| (status.emoji, status.text));
        let expected = |emoji: &str, text: &str| Some((emoji.to_owned(), text.to_owned()));
        assert_eq!(
            shown(parse("🌴", " on\nholiday ")),
            expected("🌴", "on holiday")
        );
        assert_eq!(shown(parse("", "busy")), expected("💬", "busy"));
        assert_eq!(shown(parse("❤", "")), expected("❤\u{FE0F}", ""));
        assert_eq!(parse(" ", "\u{200B}"), None);
        for emoji in ["x", "🌴🌴", "<b>"] {
            assert!(StoredStatus::parse((emoji, ""), None).is_err(), "{emoji}");
        }
        assert!(StoredStatus::parse(("", &"é".repeat(80)), None).is_ok());
        assert!(StoredStatus::parse(("", &"é".repeat(81)), None).is_err());
    }

    #[test]
    fn a_status_is_over_at_its_end() {
        let stored = StoredStatus::parse(("", "busy"), Some(Timestamp(100))).unwrap();
        assert!(stored.clone().at(Timestamp(99)).is_some());
        assert_eq!(stored.at(Timestamp(100)), None);
    }

    #[test]
    fn today_ends_at_midnight_of_the_person() {
        let at = |text: &str| {
            let moment: jiff::Timestamp = text.parse().unwrap();
            Timestamp(moment.as_millisecond())
        };
        let now = at("2026-11-30T22:30:00Z");
        let end = Ends::Today.after(now, &Zone::default(), None);
        assert_eq!(end, Some(at("2026-12-01T00:00:00Z")));
        let end = Ends::Hour.after(now, &Zone::default(), None);
        assert_eq!(end, Some(at("2026-11-30T23:30:00Z")));
        assert_eq!(Ends::Never.after(now, &Zone::default(), Some(now)), None);
        assert_eq!(
            Ends::Same.after(now, &Zone::default(), Some(now)),
            Some(now)
        );
    }
}
