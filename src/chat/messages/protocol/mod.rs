//! The JSON of messages on the socket.

mod room_change;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::chat::{log::MessageId, rooms::RoomId};

pub use room_change::{
    MemberChange, MemberChanged, MessageChanged, MessageCreated, MessageVerb, Notice,
    QuotedMessage, ReactionState, RoomChange, RoomChanged,
};

/// Events from the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// Posts `body`. Idempotent: a repeat with the same `client_id` gets the first answer.
    #[serde(rename = "message.post")]
    Post {
        /// A room that this person is in.
        room: RoomId,
        /// The idempotency key of the message.
        client_id: Uuid,
        /// 1 to 10,000 characters.
        body: String,
        /// The message of the same room that this one answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    },
    /// Edits the person's own message.
    #[serde(rename = "message.edit")]
    Edit {
        /// The room.
        room: RoomId,
        /// The message.
        id: MessageId,
        /// The idempotency key of the change.
        client_id: Uuid,
        /// 1 to 10,000 characters.
        body: String,
    },
    /// Deletes the text of a message.
    #[serde(rename = "message.delete")]
    Delete {
        /// The room.
        room: RoomId,
        /// The message.
        id: MessageId,
        /// The idempotency key of the change.
        client_id: Uuid,
    },
    /// Adds or removes a reaction of this person.
    #[serde(rename = "message.react")]
    React {
        /// The room.
        room: RoomId,
        /// The message.
        id: MessageId,
        /// The idempotency key of the change.
        client_id: Uuid,
        /// One emoji.
        emoji: String,
        /// True to add, false to remove.
        on: bool,
    },
    /// Pins a message in its room, or unpins it.
    #[serde(rename = "message.pin")]
    Pin {
        /// The room.
        room: RoomId,
        /// The message.
        id: MessageId,
        /// The idempotency key of the change.
        client_id: Uuid,
        /// True to pin, false to unpin.
        on: bool,
    },
    /// Asks for the events in `room` after event `after` (catching up).
    #[serde(rename = "room.resume")]
    Resume {
        /// A room that this person is in.
        room: RoomId,
        /// The cursor: the last event that the browser has, 0 for none.
        after: i64,
    },
}

impl ClientEvent {
    /// Returns the room and the `client_id` of an event that stores something and expects an
    /// answer.
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
            }
            | Self::Pin {
                room, client_id, ..
            } => Some((*room, *client_id)),
            Self::Resume { .. } => None,
        }
    }
}

/// Events to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// The message of this socket is stored.
    #[serde(rename = "message.accepted")]
    Accepted {
        /// The room.
        room: RoomId,
        /// The idempotency key of the message.
        client_id: Uuid,
        /// The row id of the message.
        id: MessageId,
        /// The number of its event.
        seq: i64,
        /// ISO 8601, UTC.
        created_at: String,
        /// The markup of the message.
        html: String,
    },
    /// The change of this socket is stored.
    #[serde(rename = "change.accepted")]
    ChangeAccepted {
        /// The room.
        room: RoomId,
        /// The idempotency key of the change.
        client_id: Uuid,
        /// The number of its last event, or null if nothing changed.
        seq: Option<i64>,
    },
    /// The message or change of this socket was refused.
    #[serde(rename = "message.refused")]
    Refused(Refused),
    /// The answer to `room.resume`.
    #[serde(rename = "room.events")]
    RoomEvents {
        /// The room.
        room: RoomId,
        /// The cursor of the request, or 0 if `restarted`.
        after: i64,
        /// The events in order.
        events: Vec<RoomChange>,
        /// The number of the room's newest event.
        last_seq: i64,
        /// The range of events that is left out, because they were too many to send.
        missing: Option<Missing>,
        /// True if there were too many events. Then `events` has only the newest messages, and
        /// messages up to `after` may have changed without notice, so that the browser must read
        /// them again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cut: bool,
        /// The number of messages of others after `after`, at most 10,000, also of those in
        /// `missing`. Leaves out deleted ones and those of people whom the person blocks. Only if
        /// `cut`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        messages: Option<i64>,
        /// True if `after` belongs to another epoch. Then `events` start at the beginning of this
        /// one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        restarted: bool,
    },
}

/// A range of left-out events, `from` to `to`, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The first event that is left out.
    pub from: i64,
    /// The last event that is left out.
    pub to: i64,
}

/// A refusal: why a message was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The room.
    pub room: RoomId,
    /// The idempotency key of the message.
    pub client_id: Uuid,
    /// The kind of refusal.
    pub code: RefusalCode,
    /// A sentence for people.
    pub text: String,
    /// Characters to remove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<usize>,
    /// If set, the browser retries after this time without asking the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Refused {
    /// Returns the time after which the same may succeed, if nothing but time is needed.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }
}

/// Kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// More characters than the limit.
    TooLong,
    /// The text shows nothing.
    Empty,
    /// The reaction is no emoji.
    Invalid,
    /// The room does not exist for this person, or nobody may write there any more.
    NotAllowed,
    /// The message was deleted.
    Gone,
    /// The message is too old to be edited.
    TooLate,
    /// The message has the maximum number of different reactions, the room has that of pinned
    /// messages, or the author has called everyone too often.
    TooMany,
    /// The rate limit is exceeded.
    Rate,
    /// Another message already has this `client_id`.
    Conflict,
    /// The command belongs to another epoch of the database, where its numbers refer to other rows.
    OtherHistory,
    /// The server cannot store it at the moment.
    Busy,
    /// The server is about to stop.
    Closing,
}
