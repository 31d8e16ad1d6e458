//! Read positions, unread counts and levels as they cross the socket.

use serde::{Deserialize, Serialize};

use super::models::{level::Level, reading::Reading, seen::Seen};
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::{Room, RoomId, RoomKind},
    db::Timestamp,
};

/// From the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// I have read everything up to event `seq`.
    #[serde(rename = "room.read")]
    Read {
        /// A room of mine.
        room: RoomId,
        /// Number of an event.
        seq: i64,
    },
    /// The message of event `seq` and all after it are unread again.
    #[serde(rename = "room.unread")]
    MarkUnread {
        /// A room of mine.
        room: RoomId,
        /// Number of the event that created the message.
        seq: i64,
    },
    /// I have read everything everywhere.
    #[serde(rename = "rooms.read")]
    ReadAll {},
    /// Undo my last `rooms.read`.
    #[serde(rename = "rooms.unread")]
    UndoReadAll {},
    /// Tell me anew what is unread.
    #[serde(rename = "unread.ask")]
    AskUnread {},
    /// Tell me how far the others of `room` have read.
    #[serde(rename = "seen.ask")]
    AskSeen {
        /// A room of mine.
        room: RoomId,
    },
}

/// To the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// How far I have read a room, told to all sockets of mine.
    #[serde(rename = "read.moved")]
    ReadMoved(ReadMoved),
    /// Answer to `unread.ask`.
    #[serde(rename = "unread.told")]
    Unread {
        /// Every room of mine.
        rooms: Vec<RoomState>,
        /// As in `session.hello`.
        blocked: Vec<UserId>,
    },
    /// What I am notified of in a room, told to all sockets of mine.
    #[serde(rename = "level.changed")]
    LevelChanged {
        /// Which room.
        room: RoomId,
        /// From now on.
        level: Level,
    },
    /// Somebody else has read further, or marked something unread.
    #[serde(rename = "read.seen")]
    Seen {
        /// Where.
        room: RoomId,
        /// Who, and how far.
        #[serde(flatten)]
        seen: SeenBy,
    },
    /// What may be seen of others' reading has perhaps changed: pages that show it ask anew.
    #[serde(rename = "seen.changed")]
    SeenChanged {},
    /// Answer to `seen.ask`.
    #[serde(rename = "seen.told")]
    SeenTold {
        /// Where.
        room: RoomId,
        /// Those of whom it may be seen.
        seen: Vec<SeenBy>,
    },
}

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

impl From<Seen> for SeenBy {
    fn from(seen: Seen) -> Self {
        Self {
            user: seen.user,
            seq: seen.seq,
        }
    }
}
