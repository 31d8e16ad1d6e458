//! Messages as they cross the socket.

mod room_change;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::chat::{log::MessageId, rooms::RoomId};

pub use room_change::{
    MemberChange, MemberChanged, MessageChanged, MessageCreated, MessageVerb, Notice,
    QuotedMessage, ReactionState, RoomChange, RoomChanged,
};

/// From the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// Post `body`; idempotent: a repeat of `client_id` gets the first answer.
    #[serde(rename = "message.post")]
    Post {
        /// A room of mine.
        room: RoomId,
        /// My name for the message.
        client_id: Uuid,
        /// 1 to 10,000 characters.
        body: String,
        /// The message of the room that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    },
    /// Give my message another text.
    #[serde(rename = "message.edit")]
    Edit {
        /// Where it stands.
        room: RoomId,
        /// Which message.
        id: MessageId,
        /// My name for the change.
        client_id: Uuid,
        /// 1 to 10,000 characters.
        body: String,
    },
    /// Remove the text of a message.
    #[serde(rename = "message.delete")]
    Delete {
        /// Where it stands.
        room: RoomId,
        /// Which message.
        id: MessageId,
        /// My name for the change.
        client_id: Uuid,
    },
    /// Add my reaction to a message, or remove it.
    #[serde(rename = "message.react")]
    React {
        /// Where it stands.
        room: RoomId,
        /// Which message.
        id: MessageId,
        /// My name for the change.
        client_id: Uuid,
        /// One emoji.
        emoji: String,
        /// Add or remove.
        on: bool,
    },
    /// Tell me what happened in `room` after event `after`.
    #[serde(rename = "room.resume")]
    Resume {
        /// A room of mine.
        room: RoomId,
        /// The last event that I have, 0 for none.
        after: i64,
    },
}

impl ClientEvent {
    /// Room and name of what is to be stored, and is answered under that name.
    pub fn to_store(&self) -> Option<(RoomId, Uuid)> {
        match self {
            Self::Post {
                room, client_id, ..
            }
            | Self::Edit {
                room, client_id, ..
            }
            | Self::Delete {
                room, client_id, ..
            }
            | Self::React {
                room, client_id, ..
            } => Some((*room, *client_id)),
            Self::Resume { .. } => None,
        }
    }
}

/// To the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
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
