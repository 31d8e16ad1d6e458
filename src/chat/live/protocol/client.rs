//! What the browser says.

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    chat::{messages, presence, reading, receipts, rooms::RoomId},
    db::Epoch,
};

/// Deeper JSON is no event of ours.
const MAX_DEPTH: usize = 8;

/// A text frame from the browser: an event, and the epoch in which the browser learned the numbers
/// that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// Absent: the epoch of this socket's hello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What the browser says.
    #[serde(flatten)]
    pub event: ClientEvent,
}

/// From the browser: one variant for each feature, which handles its own events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClientEvent {
    /// About messages; the most frequent ones are tried first.
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

/// From the browser: about the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConnectionRequest {
    /// Are you there?
    #[serde(rename = "connection.ping")]
    Ping {},
}

impl ClientEvent {
    /// Room and name of what is to be stored, and is answered under that name.
    pub fn to_store(&self) -> Option<(RoomId, Uuid)> {
        match self {
            Self::Message(event) => event.to_store(),
            Self::Receipt(_) | Self::Reading(_) | Self::Presence(_) | Self::Connection(_) => None,
        }
    }
}

impl ClientFrame {
    /// Reads a text frame; nothing if it is no event.
    pub fn parse(text: &str) -> Option<Self> {
        if is_deep(text) {
            return None;
        }
        serde_json::from_str(text).ok()
    }

    /// Whether the numbers in it were learned in another history than `present`.
    pub fn is_of_another(&self, present: &Epoch) -> bool {
        self.epoch.as_ref().is_some_and(|epoch| epoch != present)
    }
}

fn is_deep(json: &str) -> bool {
    // So few brackets cannot nest so deep, and to find them costs next to nothing.
    let has_many = memchr2_iter(b'{', b'[', json.as_bytes())
        .nth(MAX_DEPTH)
        .is_some();
    has_many && depth(json) > MAX_DEPTH
}

/// How deep the brackets outside strings nest.
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
