//! What crosses the socket: JSON text frames `{"type": "noun.verb", …}`, one enum each way.
//! `docs/protocol.md` gives an example of every one, and a test holds the two together.

mod attention;
mod change;
mod client;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    delivery::{Health, Quantiles},
    models::{Level, MessageId, RoomId},
    server::PresenceState,
};
use crate::{
    accounts::{UserId, UserRef},
    db::Epoch,
    preferences::Preferences,
};
pub use attention::{ReadMoved, RoomState, SeenBy};
pub use change::{
    MemberChanged, MessageChanged, MessageCreated, Notice, QuotedMessage, ReactionState,
    RoomChange, RoomChanged,
};
pub use client::{ClientEvent, ClientFrame};

/// To the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
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
        /// `signed_out`, `revoked` or `password_changed`.
        reason: String,
    },
    /// My message is stored.
    #[serde(rename = "message.accepted")]
    Accepted {
        /// Where.
        room: RoomId,
        /// My name for it.
        client_id: Uuid,
        /// Its row id.
        id: MessageId,
        /// Number of its event.
        seq: i64,
        /// ISO 8601, UTC.
        created_at: String,
        /// The message as the page shows it.
        html: String,
    },
    /// My change of a message is made.
    #[serde(rename = "change.accepted")]
    ChangeAccepted {
        /// Where.
        room: RoomId,
        /// My name for it.
        client_id: Uuid,
        /// Number of its event; null if it was so already.
        seq: Option<i64>,
    },
    /// My message or my change is not stored.
    #[serde(rename = "message.refused")]
    Refused(Refused),
    /// Answer to `room.resume`.
    #[serde(rename = "room.events")]
    RoomEvents {
        /// Which room.
        room: RoomId,
        /// As asked; 0 if `restarted`.
        after: i64,
        /// In order.
        events: Vec<RoomChange>,
        /// Number of the room's newest event.
        last_seq: i64,
        /// Messages that were too many to send.
        missing: Option<Missing>,
        /// Events were too many: `events` are the newest messages alone, and any that the reader had up
        /// to `after` may be another now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cut: bool,
        /// `after` belongs to another history: `events` begin at the start of this one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        restarted: bool,
    },
    /// Who has received what in a room of few people: how it stands, not what is new.
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
        /// `room` or `server`.
        of: String,
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
    /// What may be seen of others' reading has perhaps changed: whoever shows it asks anew.
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
    /// Somebody types.
    #[serde(rename = "typing.started")]
    TypingStarted {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserRef,
    },
    /// Somebody stopped typing.
    #[serde(rename = "typing.stopped")]
    TypingStopped {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserRef,
    },
    /// A friend or a member of a small room came, went, or looks elsewhere.
    #[serde(rename = "presence.changed")]
    Presence {
        /// Who.
        user: UserId,
        /// How much that person is here.
        state: PresenceState,
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
        /// `bad_event`, `not_found`, `too_fast`, `other_history` or `busy`.
        code: String,
        /// For people.
        text: String,
    },
}

impl ServerEvent {
    /// How quick messages are in `room`, or on the whole server where the room was quiet.
    pub(super) fn health(health: &Health, room: RoomId) -> Self {
        let (delivered, of) = match health.of_room(room) {
            Some(of_room) => (Some(of_room), "room"),
            None => (health.of_server().delivered, "server"),
        };
        Self::Health {
            room,
            delivered,
            of: of.into(),
        }
    }

    /// The text frame of this event.
    pub fn frame(&self) -> ByteString {
        // Only a map with keys that are no text can fail, and there is none.
        serde_json::to_string(self).unwrap_or_default().into()
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

/// What the server accepts on this socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketLimits {
    /// Longest message, characters.
    pub message_chars: usize,
    /// Events per second.
    pub events_per_second: u32,
}

/// A hole in what was sent: events `from` to `to`, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// First event that is missing.
    pub from: i64,
    /// Last event that is missing.
    pub to: i64,
}

/// Why a message was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Where it was to go.
    pub room: RoomId,
    /// The sender's name for it.
    pub client_id: Uuid,
    /// What kind of refusal.
    pub code: RefusalCode,
    /// The sentence for the person.
    pub text: String,
    /// Characters to remove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<usize>,
    /// If set, the browser sends again by itself after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// More characters than the limit.
    TooLong,
    /// Nothing to send.
    Empty,
    /// Holds control characters.
    Invalid,
    /// No such room, or writing there has ended.
    NotAllowed,
    /// The message was deleted.
    Gone,
    /// The message is too old to be edited.
    TooLate,
    /// The message has all the reactions that it can have.
    TooMany,
    /// Too fast.
    Rate,
    /// The `client_id` already names another message.
    Conflict,
    /// It was written in another history of the database, where its numbers named other things.
    OtherHistory,
    /// The server cannot store just now.
    Busy,
    /// The server is about to stop.
    Closing,
}

#[cfg(test)]
mod tests;
