//! Receipts and delivery times as they cross the socket.

use serde::{Deserialize, Serialize};

use super::health::{Health, Quantiles};
use crate::{accounts::UserId, chat::rooms::RoomId};

/// From the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// A device of mine has the events `from` to `to`, and all between.
    #[serde(rename = "room.received")]
    Received {
        /// A room of mine.
        room: RoomId,
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
        /// How long the browser coalesced receipts before it sent this one, milliseconds; absent if the
        /// events did not arrive live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<u64>,
    },
    /// Tell me who has received what in `room`, and how quick it is.
    #[serde(rename = "room.status")]
    Status {
        /// A room of mine.
        room: RoomId,
    },
}

/// To the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// Who has received what in a room of few people: the present state, not a difference.
    #[serde(rename = "room.delivered")]
    Delivered {
        /// Which room.
        room: RoomId,
        /// Positions of the others.
        #[serde(flatten)]
        delivered: Delivered,
    },
    /// How quick messages are in a room; the other half of the answer to `room.status`.
    #[serde(rename = "room.health")]
    Health {
        /// Which room.
        room: RoomId,
        /// Of this room, or of the whole server where the room was quiet.
        delivered: Option<Quantiles>,
        /// What was measured.
        of: HealthOf,
    },
}

/// What delivery times were measured of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthOf {
    /// One room.
    Room,
    /// All rooms.
    Server,
}

impl HealthOf {
    /// The key of its words.
    pub(super) fn words_key(self) -> &'static str {
        match self {
            Self::Room => "js-health-of-room",
            Self::Server => "js-health-of-server",
        }
    }
}

impl ServerEvent {
    /// How quick messages are in `room`, or on the whole server where the room was quiet.
    pub fn health(health: &Health, room: RoomId) -> Self {
        let (delivered, of) = match health.of_room(room) {
            Some(of_room) => (Some(of_room), HealthOf::Room),
            None => (health.of_server().delivered, HealthOf::Server),
        };
        Self::Health {
            room,
            delivered,
            of,
        }
    }
}

/// Who has received what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// How many others there are.
    pub of: usize,
    /// Those of them who have received something.
    pub positions: Vec<Position>,
}

/// How far one person's devices have a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Whose.
    pub user: UserId,
    /// The last event up to which everything has arrived.
    pub seq: i64,
}
