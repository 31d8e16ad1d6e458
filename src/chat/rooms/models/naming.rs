//! Validation of room names and topics.

use crate::{
    error::{Error, Result},
    visible, words,
};

/// The maximum length of a name, in characters.
pub const NAME_CHARS: usize = 40;
/// The maximum length of a topic, in characters.
pub const TOPIC_CHARS: usize = 200;

/// A room name: 1 to [`NAME_CHARS`] characters, at least one of them visible.
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
        if name.chars().count() > NAME_CHARS {
            let most = [("most", NAME_CHARS.into())];
            let text = words::text_with("rooms-error-name-long", &most);
            return Err(Error::invalid("name", text));
        }
        Ok(Self(name))
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
    fn forty_characters_are_a_name_and_one_more_is_none() {
        assert!(RoomName::parse(&"ü".repeat(40)).is_ok());
        assert!(RoomName::parse(&"ü".repeat(41)).is_err());
        assert!(Topic::parse(&"ü".repeat(200)).is_ok());
        assert!(Topic::parse(&"ü".repeat(201)).is_err());
    }
}
