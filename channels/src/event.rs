//! The events of one connection: frames in and out, and its end.
//!
//! The typed form of ASGI's `websocket.receive`, `websocket.send`, `websocket.close` and
//! `websocket.disconnect`. The answers to a handshake are in `answer.rs`.

use std::fmt;

use bytes::Bytes;
use bytestring::ByteString;

use crate::error::Error;

/// One complete message of a WebSocket: fragments are joined before a consumer gets them.
///
/// Both kinds share their bytes when cloned, so one text can go to many connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// UTF-8 text.
    Text(ByteString),
    /// Any bytes.
    Binary(Bytes),
}

impl Frame {
    /// Length of the payload in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether the payload is empty, which is allowed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, unless the frame is binary.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}

impl From<&str> for Frame {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Frame {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<ByteString> for Frame {
    fn from(text: ByteString) -> Self {
        Self::Text(text)
    }
}

impl From<Bytes> for Frame {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for Frame {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

/// A close code that may be sent (RFC 6455 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the work is done.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server shuts down, or the page was left.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke the WebSocket protocol.
    pub const PROTOCOL: Self = Self(1002);
    /// 1003: an unsupported kind of data.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1007: data that does not fit its kind, such as text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// 1008: a rule of this server was broken.
    pub const POLICY: Self = Self(1008);
    /// 1009: a frame or message over the limit.
    pub const TOO_BIG: Self = Self(1009);
    /// 1011: the server failed.
    pub const INTERNAL: Self = Self(1011);
    /// 1012: the server restarts; the client should reconnect soon.
    pub const RESTART: Self = Self(1012);
    /// 1013: the server is overloaded; the client should reconnect later.
    pub const OVERLOAD: Self = Self(1013);

    /// A code of the application's own.
    ///
    /// # Errors
    /// [`Error::CloseCode`] outside 3000 to 4999.
    pub fn app(code: u16) -> Result<Self, Error> {
        match code {
            3000..=4999 => Ok(Self(code)),
            _ => Err(Error::CloseCode(code)),
        }
    }

    /// Any code that may cross the wire: 1000–1003, 1007–1014, 3000–4999.
    ///
    /// # Errors
    /// [`Error::CloseCode`] for reserved codes (1004–1006, 1015) and all others.
    pub fn new(code: u16) -> Result<Self, Error> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Ok(Self(code)),
            _ => Err(Error::CloseCode(code)),
        }
    }

    /// The number on the wire.
    pub const fn as_u16(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a connection ended, as given to `disconnect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// The close code: the client's, or the server's if it closed first. 1006 when no Close
    /// crossed the wire (connection lost, handshake denied); `None` when the client's Close
    /// carried no code.
    pub code: Option<u16>,
    /// The close reason, mostly empty.
    pub reason: String,
    /// Who ended it.
    pub initiated_by: Side,
}

impl Disconnect {
    /// RFC 6455's code for an end without a Close frame.
    pub const ABNORMAL: u16 = 1006;

    pub(crate) fn lost() -> Self {
        Self {
            code: Some(Self::ABNORMAL),
            reason: String::new(),
            initiated_by: Side::Network,
        }
    }

    pub(crate) fn denied() -> Self {
        Self {
            initiated_by: Side::Server,
            ..Self::lost()
        }
    }
}

/// The side that ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer sent Close.
    Client,
    /// The consumer, or the framework on its behalf.
    Server,
    /// Neither: the connection was lost or timed out.
    Network,
}

/// The longest reason that fits a control frame beside its code, in bytes (RFC 6455 §5.5).
const MAX_REASON_BYTES: usize = 123;

/// Cuts a close reason to what a control frame can carry, never inside a character.
pub(crate) fn fitting_reason(reason: &str) -> &str {
    within(reason, MAX_REASON_BYTES)
}

/// The longest prefix of a text that fits in a number of bytes, cut between characters;
/// `str::floor_char_boundary` needs a newer compiler than this crate requires.
pub(crate) fn within(text: &str, bytes: usize) -> &str {
    let fits = |end: &usize| text.is_char_boundary(*end);
    let end = (0..=bytes.min(text.len())).rev().find(fits);
    &text[..end.unwrap_or(0)]
}
