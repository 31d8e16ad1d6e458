//! What crosses the socket: JSON text frames `{"type": "noun.verb", …}`. Each feature has an enum for each
//! direction; here stand the ones of the connection itself, and the sums of all.
//! `docs/protocol.md` gives an example of every event, and a test compares the two.

mod client;

use serde::{Deserialize, Serialize};

use crate::{
    accounts::{EndReason, UserId, UserRef},
    chat::{
        messages, presence,
        reading::{self, RoomState},
        receipts,
        rooms::RoomId,
    },
    db::Epoch,
    preferences::Preferences,
};

pub use client::{ClientEvent, ClientFrame, ConnectionRequest};

/// To the browser: every event that the chat sends.
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
    /// About receipts.
    Receipt(receipts::ServerEvent),
    /// About the connection.
    Connection(ConnectionEvent),
}

impl ErrorCode {
    /// The key of its words.
    pub(crate) fn words_key(self) -> &'static str {
        match self {
            Self::BadEvent => "error-bad-event",
            Self::NotFound => "error-no-room",
            Self::TooFast => "error-too-fast",
            Self::OtherHistory => "error-other-history",
            Self::Busy => "error-busy",
        }
    }
}

/// To the browser: about the connection and what it follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConnectionEvent {
    /// First frame of every socket.
    #[serde(rename = "session.hello")]
    Hello {
        /// Whose socket this is.
        user: UserRef,
        /// Version of the server.
        version: String,
        /// The history that the server's database holds: numbers learned in another one name other
        /// things here.
        epoch: Epoch,
        /// Every room of mine with its newest event and what is unread.
        rooms: Vec<RoomState>,
        /// People whom I block: what they write is not counted.
        blocked: Vec<UserId>,
        /// Friends and members of small rooms who use a tab just now.
        online: Vec<UserId>,
        /// Those of them who have one open and do not.
        away: Vec<UserId>,
        /// What the server accepts.
        limits: SocketLimits,
        /// How I want it.
        preferences: Preferences,
    },
    /// The session ended; Close 4401 follows.
    #[serde(rename = "session.ended")]
    SessionEnded {
        /// Why.
        reason: EndReason,
    },
    /// I am in a conversation from now on, and hear what happens there.
    #[serde(rename = "room.added")]
    RoomAdded {
        /// Which.
        room: RoomId,
    },
    /// I am in a conversation no longer, or it is gone; nothing of it follows.
    #[serde(rename = "room.removed")]
    RoomRemoved {
        /// Which.
        room: RoomId,
    },
    /// Answer to `connection.ping`.
    #[serde(rename = "connection.pong")]
    Pong {},
    /// The server goes down for a moment; Close 1012 follows.
    #[serde(rename = "server.restarting")]
    Restarting {
        /// Come back within this time, spread at random.
        reconnect_within_ms: u64,
    },
    /// An event of mine was not understood; the socket stays open.
    #[serde(rename = "error.reported")]
    Error {
        /// For scripts.
        code: ErrorCode,
        /// For people.
        text: String,
    },
}

/// Why an event of the browser was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// It was not understood.
    BadEvent,
    /// There is no such room for this person.
    NotFound,
    /// Too many events.
    TooFast,
    /// Its numbers belong to another history of the database.
    OtherHistory,
    /// The server is busy.
    Busy,
}

/// What the server accepts on this socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketLimits {
    /// Longest message, characters.
    pub message_chars: usize,
    /// Events per second.
    pub events_per_second: u32,
}

#[cfg(test)]
mod tests;
