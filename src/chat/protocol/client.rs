//! What the browser says.

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    chat::{
        models::{MessageId, RoomId},
        server::PresenceState,
    },
    db::Epoch,
};

/// Deeper JSON is no event of ours.
const MAX_DEPTH: usize = 8;

/// A text frame from the browser: an event, and the epoch in which the browser learned the numbers
/// that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// Absent: the epoch of this socket's hello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What the browser says.
    #[serde(flatten)]
    pub event: ClientEvent,
}

/// From the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// Tell me what happened in `room` after event `after`.
    #[serde(rename = "room.resume")]
    Resume {
        /// A room of mine.
        room: RoomId,
        /// The last event that I have, 0 for none.
        after: i64,
    },
    /// Post `body`; a repeat of `client_id` is answered with the first answer.
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
    /// Take the text of a message away.
    #[serde(rename = "message.delete")]
    Delete {
        /// Where it stands.
        room: RoomId,
        /// Which message.
        id: MessageId,
        /// My name for the change.
        client_id: Uuid,
    },
    /// Put my reaction to a message, or take it away.
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
        /// Put or take.
        on: bool,
    },
    /// A device of mine has the events `from` to `to`, and all between.
    #[serde(rename = "room.received")]
    Received {
        /// A room of mine.
        room: RoomId,
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
        /// How long the browser kept that to itself, milliseconds; absent if it did not come live.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<u64>,
    },
    /// Tell me who has received what in `room`, and how quick it is.
    #[serde(rename = "room.status")]
    Status {
        /// A room of mine.
        room: RoomId,
    },
    /// I am typing; repeated every 3 s while it lasts.
    #[serde(rename = "typing.start")]
    TypingStart {
        /// A room of mine.
        room: RoomId,
    },
    /// I stopped typing.
    #[serde(rename = "typing.stop")]
    TypingStop {
        /// A room of mine.
        room: RoomId,
    },
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
    /// Take my last `rooms.read` back.
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
    /// This tab is looked at and used, or is not.
    #[serde(rename = "presence.set")]
    Presence {
        /// `online` or `away`.
        state: PresenceState,
    },
    /// Is anybody there?
    #[serde(rename = "connection.ping")]
    Ping {},
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
            _ => None,
        }
    }
}

impl ClientFrame {
    /// Reads a text frame; nothing if it is no event.
    pub fn parse(text: &str) -> Option<Self> {
        if is_deep(text) {
            return None;
        }
        serde_json::from_str(text).ok()
    }

    /// Whether the numbers in it were learned in another history than `present`.
    pub fn is_of_another(&self, present: &Epoch) -> bool {
        self.epoch.as_ref().is_some_and(|epoch| epoch != present)
    }
}

fn is_deep(json: &str) -> bool {
    // So few brackets cannot nest so deep, and to find them costs next to nothing.
    let has_many = memchr2_iter(b'{', b'[', json.as_bytes())
        .nth(MAX_DEPTH)
        .is_some();
    has_many && depth(json) > MAX_DEPTH
}

/// How deep the brackets outside strings nest.
pub(super) fn depth(json: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
