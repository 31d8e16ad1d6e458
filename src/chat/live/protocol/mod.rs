//! The WebSocket protocol: JSON text frames `{"type": "noun.verb", …}`. Each feature has an enum
//! for each direction. This module has the events of the connection itself, and the sums of all
//! features. `docs/protocol.md` gives an example of every event, and a test compares the two.

mod client;

use serde::{Deserialize, Serialize};

use crate::{
    accounts::{EndReason, UserId, UserRef},
    chat::{
        later, messages, presence,
        reading::{self, RoomState},
        receipts,
        rooms::RoomId,
    },
    db::Epoch,
    preferences::Preferences,
};

pub use client::{ClientEvent, ClientFrame, ConnectionRequest};

/// All events to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ServerEvent {
    /// About messages.
    Message(messages::ServerEvent),
    /// One event of a room, live.
    Room(messages::RoomChange),
    /// About read positions.
    Reading(reading::ServerEvent),
    /// About presence and typing.
    Presence(presence::ServerEvent),
    /// About what happens later.
    Later(later::ServerEvent),
    /// About receipts.
    Receipt(receipts::ServerEvent),
    /// About the connection.
    Connection(ConnectionEvent),
}

impl ErrorCode {
    /// Returns the key of its text in the locale files.
    pub(crate) fn words_key(self) -> &'static str {
        match self {
            Self::BadEvent => "error-bad-event",
            Self::NotFound => "error-no-room",
            Self::TooFast => "error-too-fast",
            Self::OtherHistory => "error-other-history",
            Self::TooManyPins => "error-too-many-pins",
            Self::Busy => "error-busy",
        }
    }
}

/// Events about the connection and its subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConnectionEvent {
    /// The first frame of every socket.
    #[serde(rename = "session.hello")]
    Hello(Box<Hello>),
    /// The session ended. Close 4401 follows.
    #[serde(rename = "session.ended")]
    SessionEnded {
        /// The reason.
        reason: EndReason,
    },
    /// The person joined a room, and the socket is subscribed to it.
    #[serde(rename = "room.added")]
    RoomAdded {
        /// The room.
        room: RoomId,
    },
    /// The person left the room, or it was deleted. No more events of it follow.
    #[serde(rename = "room.removed")]
    RoomRemoved {
        /// The room.
        room: RoomId,
    },
    /// A person in a conversation of this person, or this person, is shown by another name or with
    /// another status now.
    #[serde(rename = "person.changed")]
    PersonChanged {
        /// The person, with the present name.
        user: UserRef,
    },
    /// The answer to `connection.ping`.
    #[serde(rename = "connection.pong")]
    Pong {},
    /// The server restarts. Close 1012 follows.
    #[serde(rename = "server.restarting")]
    Restarting {
        /// Reconnect after a random delay of at most this time.
        reconnect_within_ms: u64,
    },
    /// An event was not understood. The socket stays open.
    #[serde(rename = "error.reported")]
    Error {
        /// A code for scripts.
        code: ErrorCode,
        /// A sentence for people.
        text: String,
    },
}

/// Reasons for not accepting an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The event is malformed.
    BadEvent,
    /// The room does not exist for this person.
    NotFound,
    /// Too many events.
    TooFast,
    /// The numbers in the event belong to another epoch of the database.
    OtherHistory,
    /// The person has as many pins as they may have.
    TooManyPins,
    /// The server is busy.
    Busy,
}

/// Everything that a page needs to know at the start of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The signed-in person.
    pub user: UserRef,
    /// The version of the server.
    pub version: String,
    /// The epoch of the server's database. Numbers from another epoch refer to other rows here.
    pub epoch: Epoch,
    /// All rooms of the person, with the newest event and the unread count of each.
    pub rooms: Vec<RoomState>,
    /// People whom the person blocks. Their messages do not count as unread, and pages fold them.
    pub blocked: Vec<UserId>,
    /// People whose friend request waits for an answer of the person.
    #[serde(default)]
    pub requests: Vec<UserId>,
    /// Friends and members of small rooms who are online.
    pub online: Vec<UserId>,
    /// Friends and members of small rooms who are away.
    pub away: Vec<UserId>,
    /// The limits of this socket.
    pub limits: SocketLimits,
    /// The person's preferences.
    pub preferences: Preferences,
}

/// The limits of this socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketLimits {
    /// The maximum length of a message, in characters.
    pub message_chars: usize,
    /// Events per second.
    pub events_per_second: u32,
}

#[cfg(test)]
mod tests;
