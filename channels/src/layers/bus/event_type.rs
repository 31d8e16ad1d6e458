//! The `type` of a message: the name of the handler that it is for.
//!
//! Source: channels/consumer.py, `get_handler_name`: a dot and an underscore are the same in it,
//! and messages cannot name private handlers.

use std::borrow::Cow;

/// The key of the type in a message.
pub(super) const TYPE: &str = "type";

/// Why a message has no handler.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventTypeError {
    /// The message is not a map, or has a key that is not text.
    #[error("an event is a map; this message is none")]
    NotAMap,
    /// There is no `type`, or it is not text.
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
