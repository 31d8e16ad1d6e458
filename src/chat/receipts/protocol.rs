//! The JSON of receipts on the socket.

use serde::{Deserialize, Serialize};

use crate::{accounts::UserId, chat::rooms::RoomId};

/// Events from the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// A receipt: a device of this person has all events `from` to `to`.
    #[serde(rename = "room.received")]
    Received {
        /// A room that this person is in.
        room: RoomId,
        /// The first event.
        from: i64,
        /// The last event.
        to: i64,
        /// How long the browser coalesced receipts before it sent this one, in milliseconds. Absent
        /// if the events did not arrive live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<u64>,
    },
    /// Asks for the receipts in `room`.
    #[serde(rename = "room.status")]
    Status {
        /// A room that this person is in.
        room: RoomId,
    },
}

/// Events to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// The receipts in a small room, as a snapshot and not as a difference.
    #[serde(rename = "room.delivered")]
    Delivered {
        /// The room.
        room: RoomId,
        /// The delivery cursors of the others.
        #[serde(flatten)]
        delivered: Delivered,
    },
}

/// The receipts of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// The number of other members.
    pub of: usize,
    /// Those who have received something.
    pub positions: Vec<Position>,
}

/// The delivery cursor of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The person.
    pub user: UserId,
    /// The cursor: a device has all events up to it.
    pub seq: i64,
}
