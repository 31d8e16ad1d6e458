//! The errors between an application and the framework.
//!
//! Every message says what to do about it. Layers have their own [`LayerError`], names their own
//! [`NameError`], and a refused connection is no error at all but a [`Deny`](crate::Deny).

use std::error::Error as StdError;
use std::fmt;

use crate::layers::LayerError;
use crate::names::NameError;

/// A failure of a call into the framework.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `accept` was called when the handshake was already answered.
    #[error("the handshake is already answered; call `accept` once, in `connect`")]
    AlreadyAnswered,
    /// The connection no longer takes frames.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// A frame is larger than the whole queue for the peer may be.
    #[error("{}", SendError::TooLarge { bytes: *bytes, limit: *limit })]
    FrameTooLarge {
        /// Payload bytes of the frame.
        bytes: usize,
        /// Payload bytes that the connection may queue.
        limit: usize,
    },
    /// The mailbox of the connection is full, because its peer does not read.
    #[error("{}", SendError::Full)]
    MailboxFull,
    /// `accept` chose a subprotocol that the client did not offer.
    #[error("subprotocol {chosen:?} was not offered; the client offered {offered:?}")]
    UnofferedSubprotocol {
        /// The subprotocol that the consumer chose.
        chosen: String,
        /// The subprotocols that the client offered.
        offered: Vec<String>,
    },
    /// A header of an answer is not a valid HTTP header, or is one that the server sets.
    #[error("header {0:?} is invalid, or is one that the server sets itself; leave it out")]
    Header(String),
    /// An HTTP status outside 200 to 599.
    #[error("{0} is not a valid status of a response; use one from 200 to 599")]
    Status(u16),
    /// A second head for one response.
    #[error("the response already has a head; call `send_headers` or `send_response` only once")]
    ResponseStarted,
    /// A part of a body before any head.
    #[error("the response has no head yet; call `send_headers` first, or use `send_response`")]
    NoHead,
    /// `handle` returned without a response, and nothing else can answer the request.
    #[error("`handle` returned without a response; send one, or a part with `more_body`")]
    NoResponse,
    /// The code is reserved or outside the ranges of RFC 6455 §7.4.
    #[error("close code {0} may not be sent; use a constant of CloseCode or 3000 to 4999")]
    CloseCode(u16),
    /// The route that matched has no argument of that name.
    #[error("the route has no argument named {0:?}; name it in the pattern, as <str:{0}>")]
    MissingParam(String),
    /// A route argument cannot be parsed as the requested type.
    #[error("route argument {name:?} cannot be parsed as {expected}")]
    InvalidParam {
        /// The argument's name in the pattern.
        name: String,
        /// The requested Rust type.
        expected: &'static str,
    },
    /// The query string cannot be parsed as the requested type.
    #[error("the query string is invalid: {0}")]
    Query(String),
    /// An allowed-origin pattern that could never match as intended.
    #[error("origin pattern {pattern:?} is refused: {reason}")]
    OriginPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it, and what to write instead.
        reason: &'static str,
    },
    /// A value could not be written as JSON.
    #[error("not representable as JSON")]
    Json(#[from] serde_json::Error),
    /// A channel or group name is invalid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The channel layer failed.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

/// The connection is closed or closing, so the frame was dropped.
///
/// A consumer may ignore this: its `disconnect` runs in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection is closed")]
pub struct Closed;

/// A frame was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The connection is closed or closing. A consumer may ignore this: its `disconnect` runs in
    /// any case.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The frame alone exceeds the outbox bound, so it could never be sent. The connection stays
    /// open: the consumer may send something shorter.
    #[error(
        "a frame of {bytes} bytes is larger than the outbox, which holds {limit}; \
         split it, or raise `outbox_bytes`"
    )]
    TooLarge {
        /// Payload bytes of the frame.
        bytes: usize,
        /// Payload bytes that the connection may queue.
        limit: usize,
    },
    /// The mailbox of the connection is full, because its peer does not read.
    #[error("the mailbox of the connection is full; wait with `send`, or drop the frame")]
    Full,
}

impl From<SendError> for Error {
    fn from(failure: SendError) -> Self {
        match failure {
            SendError::Closed(closed) => Self::Closed(closed),
            SendError::TooLarge { bytes, limit } => Self::FrameTooLarge { bytes, limit },
            SendError::Full => Self::MailboxFull,
        }
    }
}

/// A failure of the application's code, for example its user backend; can be sent across threads.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Ends the connection cleanly from anywhere below a handler: upstream's exception of that name.
///
/// A handler that returns it ends as after [`Context::stop`](crate::Context::stop), nothing is
/// logged, and `disconnect` follows.
///
/// ```
/// # use channels::{HandlerResult, StopConsumer};
/// fn is_over(rounds_left: u32) -> HandlerResult {
///     if rounds_left == 0 {
///         return Err(StopConsumer.into());
///     }
///     Ok(())
/// }
/// # assert!(is_over(0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the consumer has stopped")]
pub struct StopConsumer;

/// What a handler returns.
pub type HandlerResult = Result<(), HandlerError>;

/// Any failure of a handler: the connection is closed with 1011 and the cause is logged once.
///
/// `?` converts every [`std::error::Error`] that can be sent across threads.
pub struct HandlerError(Box<dyn StdError + Send + Sync>);

impl HandlerError {
    /// A failure that is described by a sentence alone.
    pub fn msg(sentence: impl Into<String>) -> Self {
        Self(sentence.into().into())
    }

    /// A failure that is already boxed.
    pub fn from_boxed(cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self(cause)
    }

    /// The failure itself, with its sources.
    pub fn cause(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }

    /// Whether the handler requested the end of its connection.
    pub(crate) fn is_stop(&self) -> bool {
        self.0.is::<StopConsumer>()
    }

    /// Whether the handler only failed because the connection had ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.is::<Closed>()
            || matches!(self.0.downcast_ref(), Some(SendError::Closed(_)))
            || matches!(self.0.downcast_ref(), Some(Error::Closed(_)))
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(cause: E) -> Self {
        Self(Box::new(cause))
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Writes an error and all its sources on one line.
pub(crate) struct WithSources<'a>(pub(crate) &'a dyn StdError);

impl fmt::Display for WithSources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
