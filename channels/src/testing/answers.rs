//! The inputs of an application, and the results of a communicator: accepted, denied, or not as
//! expected.

use std::time::Duration;

use bytes::Bytes;

use crate::answer::Deny;
use crate::event::Frame;

/// The handshake was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The subprotocol that the consumer chose.
    pub subprotocol: Option<String>,
    /// Headers of the answer, from middleware and consumer, in that order.
    pub headers: Vec<(String, String)>,
}

/// The handshake was denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the handshake was denied with status {status}")]
pub struct Denied {
    /// HTTP status.
    pub status: u16,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// Body of the answer.
    pub body: Bytes,
}

/// The awaited event did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Missed {
    /// Nothing arrived in time; the application continues.
    #[error("nothing came within {0:?}")]
    Timeout(Duration),
    /// The application closed the connection, or closed it earlier.
    #[error("the connection was closed with {code} {reason:?}")]
    Closed {
        /// The close code; 1006 if the application ended without one.
        code: u16,
        /// The close reason.
        reason: String,
    },
    /// Something else came.
    #[error("expected {expected}, got {got:?}")]
    Unexpected {
        /// The event that the test waited for.
        expected: &'static str,
        /// What came instead.
        got: Frame,
    },
    /// A text frame was not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The application has ended, without a failure.
    #[error("the application has ended")]
    Ended,
    /// An event that does not belong to the protocol.
    #[error("{0:?} is no event of this protocol")]
    Input(AppInput),
    /// The body of a response was not completed.
    #[error("the response was cut off")]
    CutOff,
    /// `connect` was not called, or did not succeed.
    #[error("not connected; call `connect` or `send` first")]
    NotConnected,
}

impl From<Deny> for Denied {
    fn from(deny: Deny) -> Self {
        Self {
            status: deny.status,
            headers: deny.headers,
            body: deny.body,
        }
    }
}

/// An event that goes into an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppInput {
    /// `websocket.connect`.
    WebsocketConnect,
    /// `websocket.receive`.
    WebsocketReceive(Frame),
    /// `websocket.disconnect`, with its code.
    WebsocketDisconnect(u16),
    /// `http.request`: a part of the body; the consumer begins after the last.
    HttpRequest {
        /// The part.
        body: Bytes,
        /// Whether others follow.
        more_body: bool,
    },
    /// `http.disconnect`.
    HttpDisconnect,
}
