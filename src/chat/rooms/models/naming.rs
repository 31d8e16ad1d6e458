//! Validation of room names and topics.

use unicode_segmentation::UnicodeSegmentation;

use super::room::{Room, RoomKind};
use crate::{
    error::{Error, Result},
    visible, words,
};

/// The maximum length of a name, in letters as people count them (grapheme clusters): about one
/// line in the head of a room.
pub(crate) const NAME_LETTERS: usize = 60;
/// The maximum length of a name in bytes (UTF-8), because one letter may have many marks. Fits
/// `NAME_LETTERS` letters of any script with a mark on each.
pub const NAME_BYTES: usize = 8 * NAME_LETTERS;
/// The maximum length of a topic, in characters.
pub const TOPIC_CHARS: usize = 200;

/// A room name: 1 to `NAME_LETTERS` letters and at most [`NAME_BYTES`] bytes, at least one
/// letter visible. Empty only for a group without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName(String);

/// A topic: one line of text, possibly empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topic(String);

impl RoomName {
    /// Validates a typed name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `name`.
    pub fn parse(typed: &str) -> Result<Self> {
        let name = visible::one_line(typed);
        if !visible::shows_something(&name) {
            return Err(Error::invalid("name", words::text("rooms-error-name")));
        }
        if name.len() > NAME_BYTES || name.graphemes(true).count() > NAME_LETTERS {
            let most = [("most", NAME_LETTERS.into())];
            let text = words::text_with("rooms-error-name-long", &most);
            return Err(Error::invalid("name", text));
        }
        Ok(Self(name))
    }

    /// Validates the typed name of a room that exists. The present name stays valid, whatever the
    /// limits were when it was given. A group may have none: it is called after its members.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `name`.
    pub fn of(room: &Room, typed: &str) -> Result<Self> {
        let name = visible::one_line(typed);
        let is_none = room.kind == RoomKind::Group && !visible::shows_something(&name);
        if is_none {
            return Ok(Self(String::new()));
        }
        if name == room.name {
            return Ok(Self(name));
        }
        Self::parse(typed)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Topic {
    /// Validates a typed topic.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `topic`.
    pub fn parse(typed: &str) -> Result<Self> {
        let topic = visible::one_line(typed);
        if topic.chars().count() > TOPIC_CHARS {
            let most = [("most", TOPIC_CHARS.into())];
            let text = words::text_with("rooms-error-topic-long", &most);
            return Err(Error::invalid("topic", text));
        }
        Ok(Self(topic))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_visible_characters() {
        let name = |typed| RoomName::parse(typed).map(|name| name.0).ok();
        assert_eq!(name("  Tea \n and\tcake "), Some("Tea and cake".into()));
        assert_eq!(name("an\u{202E}a\u{200B}"), Some("ana".into()));
        assert_eq!(name("בית 👨\u{200D}👩"), Some("בית 👨\u{200D}👩".into()));
        for empty in [
            "",
            " \n",
            "\u{200B}",
            "\u{200D}\u{FE0F}",
            "\u{3164}",
            "\u{1D159}",
        ] {
            assert_eq!(name(empty), None, "{empty:?}");
        }
        let cases = include_str!("../../../../tests/cases/invisible-only.json");
        let invisible = serde_json::from_str::<Vec<String>>(cases).unwrap();
        for empty in invisible.iter().filter(|text| !text.contains(['>', '*'])) {
            assert_eq!(name(empty), None, "{empty:?}");
        }
    }

    #[test]
    fn sixty_letters_are_a_name_and_one_more_is_none() {
        for letter in ["ü", "u\u{308}", "漢", "👍"] {
            assert!(RoomName::parse(&letter.repeat(60)).is_ok(), "{letter}");
            assert!(RoomName::parse(&letter.repeat(61)).is_err(), "{letter}");
        }
        let piled = format!("e{}", "\u{301}".repeat(NAME_BYTES));
        assert!(
            RoomName::parse(&piled).is_err(),
            "one letter of too many bytes"
        );
        assert!(Topic::parse(&"ü".repeat(200)).is_ok());
        assert!(Topic::parse(&"ü".repeat(201)).is_err());
    }
}
