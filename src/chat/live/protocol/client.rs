//! Events from the browser, and their parser.

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    chat::{messages, presence, reading, receipts, rooms::RoomId},
    db::Epoch,
};

/// The maximum nesting of JSON. No event of the protocol needs more, and a parser recurses.
const MAX_DEPTH: usize = 8;

/// A text frame from the browser: an event, and the epoch in which the browser learned its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// If absent, the epoch of this socket's hello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The event.
    #[serde(flatten)]
    pub event: ClientEvent,
}

/// Events from the browser, with one variant for each feature, which handles its own events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClientEvent {
    /// About messages. Tried first, because they are the most frequent.
    Message(messages::ClientEvent),
    /// About receipts.
    Receipt(receipts::ClientEvent),
    /// About read positions.
    Reading(reading::ClientEvent),
    /// About presence and typing.
    Presence(presence::ClientEvent),
    /// About the connection.
    Connection(ConnectionRequest),
}

/// Events about the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConnectionRequest {
    /// Asks for `connection.pong`.
    #[serde(rename = "connection.ping")]
    Ping {},
}

impl ClientEvent {
    /// Returns the room and the `client_id` of an event that stores something and expects an
    /// answer.
    pub fn to_store(&self) -> Option<(RoomId, Uuid)> {
        match self {
            Self::Message(event) => event.to_store(),
            Self::Receipt(_) | Self::Reading(_) | Self::Presence(_) | Self::Connection(_) => None,
        }
    }
}

impl ClientFrame {
    /// Parses a text frame. Returns `None` if it is not an event of the protocol.
    pub fn parse(text: &str) -> Option<Self> {
        if is_deep(text) {
            return None;
        }
        serde_json::from_str(text).ok()
    }

    /// Returns whether its numbers were learned in another epoch than `present`.
    pub fn is_of_another(&self, present: &Epoch) -> bool {
        self.epoch.as_ref().is_some_and(|epoch| epoch != present)
    }
}

fn is_deep(json: &str) -> bool {
    // Counting brackets is much cheaper than parsing, and few brackets cannot nest deeply.
    let has_many = memchr2_iter(b'{', b'[', json.as_bytes())
        .nth(MAX_DEPTH)
        .is_some();
    has_many && depth(json) > MAX_DEPTH
}

/// Returns the nesting depth of brackets outside strings.
pub(crate) fn depth(json: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
