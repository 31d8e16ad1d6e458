//! `chat.message` and `chat_message` are one event type, whichever the receiver's enum has.
//!
//! Senders of other processes use either; Channels turns both into one handler name. Here a
//! message's type is converted to the spelling of the receiver before it is decoded.

use std::borrow::Cow;
use std::fmt;

use rmp_serde::decode::Error as ReadError;
use rmpv::Value;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Error};

use super::event_type::{TYPE, handler_name};
use super::msgpack;

/// Decodes a message, in MessagePack, whose type may be in the other spelling.
pub(super) fn read<E: DeserializeOwned>(message: &[u8]) -> Result<E, ReadError> {
    match spelling_of::<E>(message) {
        Some(spelling) => msgpack::read(&respelt(message, spelling)?),
        None => msgpack::read(message),
    }
}

/// The message with another type.
fn respelt(message: &[u8], spelling: &'static str) -> Result<Vec<u8>, ReadError> {
    let mut message: Value = msgpack::read(message)?;
    if let Value::Map(fields) = &mut message {
        for (name, value) in fields {
            if name.as_str() == Some(TYPE) {
                *value = spelling.into();
            }
        }
    }
    msgpack::write(&message).map_err(ReadError::custom)
}

/// The part of a message that has its type.
#[derive(Deserialize)]
struct Typed<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

/// The receiver's spelling of the message's type, if it differs.
fn spelling_of<E: DeserializeOwned>(message: &[u8]) -> Option<&'static str> {
    let known = variants::<E>()?;
    let kind = rmp_serde::from_slice::<Typed<'_>>(message).ok()?.r#type;
    if known.contains(&&*kind) {
        return None;
    }
    let wanted = handler_name(&kind).ok()?;
    let mut known = known.iter().copied();
    known.find(|known| handler_name(known).is_ok_and(|name| name == wanted))
}

/// The types of an enum with `#[serde(tag = "type")]`, taken from its error for an impossible type,
/// which lists the expected ones.
fn variants<E: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let impossible = MapDeserializer::<_, Asked>::new([(TYPE, "\0")].into_iter());
    E::deserialize(impossible).err()?.0
}

#[derive(Debug)]
struct Asked(Option<&'static [&'static str]>);

impl Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(Some(expected))
    }
}

impl std::error::Error for Asked {}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::variants;
    use crate::layers::bus::msgpack;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Event {
        #[serde(rename = "chat.user_joined")]
        Joined { name: String },
        #[serde(rename = "tick")]
        Tick,
        #[serde(rename = "old_style")]
        Old,
    }

    fn read<E: serde::de::DeserializeOwned>(
        message: serde_json::Value,
    ) -> Result<E, rmp_serde::decode::Error> {
        super::read(&msgpack::write(&message).unwrap())
    }

    #[test]
    fn an_enum_tells_the_types_that_it_knows() {
        let known = variants::<Event>();
        assert_eq!(
            known,
            Some(&["chat.user_joined", "tick", "old_style"] as &[_])
        );
        assert_eq!(variants::<serde_json::Value>(), None);
        assert_eq!(variants::<Vec<u8>>(), None);
        assert_eq!(variants::<()>(), None);
    }

    #[test]
    fn every_spelling_of_a_type_is_read() {
        let joined = Event::Joined {
            name: "ana".to_owned(),
        };
        for spelling in ["chat.user_joined", "chat_user_joined", "chat.user.joined"] {
            let read: Event = read(json!({"type": spelling, "name": "ana"})).unwrap();
            assert_eq!(read, joined);
        }
        assert_eq!(
            read::<Event>(json!({"type": "old.style"})).unwrap(),
            Event::Old
        );
        assert_eq!(read::<Event>(json!({"type": "tick"})).unwrap(), Event::Tick);
        for unknown in ["_tick", ".tick", "chat", "chat_", "tick.", ""] {
            assert!(read::<Event>(json!({"type": unknown})).is_err());
        }
    }

    #[test]
    fn the_dotted_spelling_is_what_is_written() {
        let written = serde_json::to_value(Event::Joined {
            name: "ana".to_owned(),
        });
        assert_eq!(written.unwrap()["type"], "chat.user_joined");
    }
}
