//! Events as maps with a `type`, for code that has no enum of its events.
//!
//! The `type` names the handler, as in Channels.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rmpv::Value;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::event_type::{EventTypeError, TYPE, handler_name};
use super::message::{DecodeError, LayerMessage};

/// An event of any type: a map whose `type` names its handler.
///
/// Its fields are MessagePack's values, in which text, bytes and integers stay apart. As a
/// consumer's `Event` it accepts every message with a `type`. Messages without one, or with a
/// private one, are unknown events.
///
/// ```
/// use channels::layers::DynEvent;
///
/// let event = DynEvent::new("chat.message")?.with("message", "hello");
/// match &*event.handler() {
///     "chat_message" => assert_eq!(event.get("message").unwrap().as_str(), Some("hello")),
///     other => panic!("{other}"),
/// }
/// # Ok::<(), channels::layers::EventTypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Fields")]
pub struct DynEvent(Fields);

type Fields = BTreeMap<String, Value>;

impl DynEvent {
    /// An event with a type and nothing else.
    ///
    /// # Errors
    /// [`EventTypeError::Private`].
    pub fn new(kind: &str) -> Result<Self, EventTypeError> {
        Self::of(Fields::from([(TYPE.to_owned(), kind.into())]))
    }

    fn of(fields: Fields) -> Result<Self, EventTypeError> {
        let kind = fields.get(TYPE).and_then(Value::as_str);
        handler_name(kind.ok_or(EventTypeError::Missing)?)?;
        Ok(Self(fields))
    }

    /// Sets a field. The type cannot be changed.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if name != TYPE {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The type as it was sent.
    pub fn kind(&self) -> &str {
        self.0.get(TYPE).and_then(Value::as_str).unwrap_or_default()
    }

    /// The name of its handler, to `match` on, independent of the spelling that was sent.
    pub fn handler(&self) -> Cow<'_, str> {
        // Checked when the event was made.
        handler_name(self.kind()).unwrap_or_default()
    }

    /// Whether it is of this type, in either spelling.
    pub fn is(&self, kind: &str) -> bool {
        handler_name(kind).is_ok_and(|name| name == self.handler())
    }

    /// One field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All fields, including the type.
    pub fn fields(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    /// The event as a type of the application's own.
    ///
    /// # Errors
    /// [`DecodeError`] if a field is missing or does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        LayerMessage::new(self.clone()).read()
    }
}

impl TryFrom<Value> for DynEvent {
    type Error = EventTypeError;

    fn try_from(message: Value) -> Result<Self, EventTypeError> {
        let Value::Map(fields) = message else {
            return Err(EventTypeError::NotAMap);
        };
        let named = fields.into_iter().map(|(name, value)| match name {
            Value::String(name) => Ok((name.into_str().ok_or(EventTypeError::NotAMap)?, value)),
            _ => Err(EventTypeError::NotAMap),
        });
        Self::of(named.collect::<Result<Fields, EventTypeError>>()?)
    }
}

impl TryFrom<serde_json::Value> for DynEvent {
    type Error = EventTypeError;

    fn try_from(message: serde_json::Value) -> Result<Self, EventTypeError> {
        let message = LayerMessage::new(message).read::<Value>();
        Self::try_from(message.unwrap_or(Value::Nil))
    }
}

impl From<DynEvent> for Fields {
    fn from(event: DynEvent) -> Self {
        event.0
    }
}
