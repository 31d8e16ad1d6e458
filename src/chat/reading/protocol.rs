//! The JSON of read cursors, unread counts, notification levels and pins on the socket.

use serde::{Deserialize, Serialize};

use super::models::{level::Level, pins::PinMove, reading::Reading, seen::Seen};
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::{Room, RoomId, RoomKind},
    db::Timestamp,
};

/// Events from the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// Marks everything up to event `seq` as read.
    #[serde(rename = "room.read")]
    Read {
        /// A room that this person is in.
        room: RoomId,
        /// The number of an event.
        seq: i64,
    },
    /// Marks the message of event `seq` and all later ones as unread.
    #[serde(rename = "room.unread")]
    MarkUnread {
        /// A room that this person is in.
        room: RoomId,
        /// The number of the event that created the message.
        seq: i64,
    },
    /// Marks all rooms as read.
    #[serde(rename = "rooms.read")]
    ReadAll {},
    /// Undoes the last `rooms.read`.
    #[serde(rename = "rooms.unread")]
    UndoReadAll {},
    /// Chooses the notification level of a room.
    #[serde(rename = "room.level")]
    SetLevel {
        /// A room that this person is in.
        room: RoomId,
        /// The new level.
        level: Level,
    },
    /// Pins a conversation, removes its pin, or moves it among the pinned ones.
    #[serde(rename = "room.pin")]
    Pin {
        /// A room that this person is in.
        room: RoomId,
        /// The change.
        to: PinMove,
    },
    /// Asks for fresh unread counts.
    #[serde(rename = "unread.ask")]
    AskUnread {},
    /// Asks for the read cursors of the other members of `room`.
    #[serde(rename = "seen.ask")]
    AskSeen {
        /// A room that this person is in.
        room: RoomId,
    },
}

/// Events to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// The person's read cursor in a room moved. Sent to all their sockets.
    #[serde(rename = "read.moved")]
    ReadMoved(ReadMoved),
    /// The answer to `unread.ask`.
    #[serde(rename = "unread.told")]
    Unread {
        /// All rooms of the person.
        rooms: Vec<RoomState>,
        /// The same as in `session.hello`.
        blocked: Vec<UserId>,
    },
    /// The person's notification level in a room changed. Sent to all their sockets.
    #[serde(rename = "level.changed")]
    LevelChanged {
        /// The room.
        room: RoomId,
        /// The new level.
        level: Level,
    },
    /// The person's pinned conversations or their order changed. Sent to all their sockets.
    #[serde(rename = "pins.changed")]
    PinsChanged {
        /// All pinned rooms in their order.
        rooms: Vec<RoomId>,
    },
    /// Another member's read cursor moved, forward or back.
    #[serde(rename = "read.seen")]
    Seen {
        /// The room.
        room: RoomId,
        /// The member and their cursor.
        #[serde(flatten)]
        seen: SeenBy,
    },
    /// The set of visible read cursors may have changed. Pages that show them request them again.
    #[serde(rename = "seen.changed")]
    SeenChanged {},
    /// The answer to `seen.ask`.
    #[serde(rename = "seen.told")]
    SeenTold {
        /// The room.
        room: RoomId,
        /// The members whose cursor this person may see.
        seen: Vec<SeenBy>,
    },
}

/// The state of a room in `session.hello` and `unread.told`, with all that a badge needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomState {
    /// The room.
    pub room: RoomId,
    /// When the room was created, in Unix milliseconds. It distinguishes the room from one that had
    /// the same id in another epoch of the database.
    pub created_ms: Timestamp,
    /// The title of the room for this person.
    pub name: String,
    /// The kind of room.
    pub kind: RoomKind,
    /// The notification level.
    pub level: Level,
    /// The number of its newest event, 0 if there is none. The counts include it.
    pub last_seq: i64,
    /// The read cursor: all events up to this number are read.
    pub read_seq: i64,
    /// The number of unread messages of others, at most 100.
    pub unread: i64,
    /// The number of unread messages that mention the person, at most 100. In a direct conversation
    /// all messages count.
    pub mentions: i64,
    /// The delivery cursor: a device of the person has all events up to this number. Only in the
    /// hello, and only for small rooms, where the server wants `room.received`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<i64>,
}

impl RoomState {
    /// Returns the state of a room with this title.
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

/// The person's read cursor in a room, whichever device moved it, and the new counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMoved {
    /// The room.
    pub room: RoomId,
    /// The read cursor: all events up to this number are read.
    pub read_seq: i64,
    /// The newest event that the counts include.
    pub last_seq: i64,
    /// The same as in [`RoomState`].
    pub unread: i64,
    /// The same as in [`RoomState`].
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

/// The read cursor of another member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenBy {
    /// The member.
    pub user: UserRef,
    /// The cursor: all events up to this number are read.
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
