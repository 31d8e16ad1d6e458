//! What is unread and who has seen what, as it crosses the socket.

use serde::{Deserialize, Serialize};

use crate::{
    accounts::UserRef,
    chat::models::{Level, Reading, Room, RoomId, RoomKind},
    db::Timestamp,
};

/// A room in `session.hello` and in `unread.told`: all that a badge needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomState {
    /// Which room.
    pub room: RoomId,
    /// When it was made, Unix milliseconds. Tells it from a room that had the same id in another
    /// history of the database.
    pub created_ms: Timestamp,
    /// What I call it.
    pub name: String,
    /// What kind of place.
    pub kind: RoomKind,
    /// What I am notified of.
    pub level: Level,
    /// Number of its newest event, 0 when empty; the counts take it in.
    pub last_seq: i64,
    /// Everything up to this event is read.
    pub read_seq: i64,
    /// Messages of others after it, at most 100.
    pub unread: i64,
    /// How many of them call me, at most 100; in a conversation of two all of them.
    pub mentions: i64,
    /// The last event up to which a device of mine has said that it has everything. Only in the
    /// hello, and only where `room.received` is wanted: in rooms of few people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<i64>,
}

impl RoomState {
    /// What stands in a room of that name.
    pub fn new(room: &Room, name: String, reading: &Reading) -> Self {
        Self {
            room: room.id,
            created_ms: room.created_at,
            name,
            kind: reading.kind,
            level: reading.level,
            last_seq: reading.last_seq,
            read_seq: reading.read_seq,
            unread: reading.unread,
            mentions: reading.mentions,
            received: None,
        }
    }
}

/// How far I have read a room, on whatever device, and what that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMoved {
    /// Which room.
    pub room: RoomId,
    /// Everything up to this event is read.
    pub read_seq: i64,
    /// The newest event that the counts take in.
    pub last_seq: i64,
    /// As in [`RoomState`].
    pub unread: i64,
    /// As in [`RoomState`].
    pub mentions: i64,
}

impl From<&Reading> for ReadMoved {
    fn from(reading: &Reading) -> Self {
        Self {
            room: reading.room,
            read_seq: reading.read_seq,
            last_seq: reading.last_seq,
            unread: reading.unread,
            mentions: reading.mentions,
        }
    }
}

/// How far somebody else has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenBy {
    /// Who.
    pub user: UserRef,
    /// Everything up to this event.
    pub seq: i64,
}
