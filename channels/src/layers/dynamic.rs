//! Events as maps with a `type`, for code that has no enum of its events.
//!
//! Source: channels/consumer.py, `get_handler_name`: the type names the handler, a dot and an
//! underscore are the same in it, and nothing outside may name what is private.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::spelling;

/// The key under which a message tells what it is.
pub(super) const TYPE: &str = "type";

/// Why a message leads to no handler.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventTypeError {
    /// The message is no map.
    #[error("an event is a map; this message is none")]
    NotAMap,
    /// There is no `type`, or it is no text.
    #[error("an event names its handler in `type`, as \"chat.message\"; this message does not")]
    Missing,
    /// The type begins with `_` or `.`, as the names of private methods do.
    #[error("the event type {0:?} begins with '_' or '.'; such handlers are private")]
    Private(String),
}

/// The name of the handler for an event type: each dot becomes an underscore.
///
/// # Errors
/// [`EventTypeError::Private`] if the name would begin with an underscore.
///
/// ```
/// use channels::layers::handler_name;
/// assert_eq!(handler_name("chat.message").as_deref(), Ok("chat_message"));
/// assert_eq!(handler_name("chat_message").as_deref(), Ok("chat_message"));
/// assert!(handler_name("_private").is_err() && handler_name(".private").is_err());
/// ```
pub fn handler_name(kind: &str) -> Result<Cow<'_, str>, EventTypeError> {
    if kind.starts_with(['_', '.']) {
        return Err(EventTypeError::Private(kind.to_owned()));
    }
    Ok(if kind.contains('.') {
        Cow::Owned(kind.replace('.', "_"))
    } else {
        Cow::Borrowed(kind)
    })
}

/// An event of any type: a map whose `type` names its handler.
///
/// As a consumer's `Event` it takes whatever has a `type`; what has none, or a private one, is
/// handled as an unknown event.
///
/// ```
/// use channels::layers::DynEvent;
///
/// let event = DynEvent::new("chat.message")?.with("message", "hello");
/// match &*event.handler() {
///     "chat_message" => assert_eq!(event.get("message").unwrap(), "hello"),
///     other => panic!("{other}"),
/// }
/// # Ok::<(), channels::layers::EventTypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Map<String, Value>")]
pub struct DynEvent(Map<String, Value>);

impl DynEvent {
    /// An event with a type and nothing else.
    ///
    /// # Errors
    /// [`EventTypeError::Private`].
    pub fn new(kind: &str) -> Result<Self, EventTypeError> {
        Self::try_from(Map::from_iter([(TYPE.to_owned(), kind.into())]))
    }

    /// Sets a field. The type stays what it is.
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

    /// The name of its handler: to `match` on, whichever spelling was sent.
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

    /// All fields, the type among them.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The event as a type of the application's own.
    ///
    /// # Errors
    /// What `serde_json` says of a field that is missing or does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        spelling::read(Value::Object(self.0.clone()))
    }
}

impl TryFrom<Map<String, Value>> for DynEvent {
    type Error = EventTypeError;

    fn try_from(fields: Map<String, Value>) -> Result<Self, EventTypeError> {
        let kind = fields.get(TYPE).and_then(Value::as_str);
        handler_name(kind.ok_or(EventTypeError::Missing)?)?;
        Ok(Self(fields))
    }
}

impl TryFrom<Value> for DynEvent {
    type Error = EventTypeError;

    fn try_from(message: Value) -> Result<Self, EventTypeError> {
        match message {
            Value::Object(fields) => Self::try_from(fields),
            _ => Err(EventTypeError::NotAMap),
        }
    }
}

impl From<DynEvent> for Map<String, Value> {
    fn from(event: DynEvent) -> Self {
        event.0
    }
}
