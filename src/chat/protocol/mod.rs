//! What crosses the socket: JSON text frames `{"type": "noun.verb", …}`, one enum each way.
//! `docs/protocol.md` gives an example of every one, and a test holds the two together.

mod attention;
mod change;

use bytestring::ByteString;
use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    delivery::{Health, Quantiles},
    models::{Level, MessageId, RoomId},
    server::PresenceState,
};
use crate::{
    accounts::{UserId, UserRef},
    preferences::Preferences,
};
pub use attention::{ReadMoved, RoomState, SeenBy};
pub use change::{
    MemberChanged, MessageChanged, MessageCreated, Notice, QuotedMessage, ReactionState,
    RoomChange, RoomChanged,
};

/// Deeper JSON is no event of ours.
const MAX_DEPTH: usize = 8;

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

    /// Reads a text frame; nothing if it is no event.
    pub fn parse(text: &str) -> Option<Self> {
        if is_deep(text) {
            return None;
        }
        serde_json::from_str(text).ok()
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
fn depth(json: &str) -> usize {
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
        /// As asked.
        after: i64,
        /// In order.
        events: Vec<RoomChange>,
        /// Number of the room's newest event.
        last_seq: i64,
        /// Events that were too many to send.
        missing: Option<Missing>,
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
        /// `bad_event`, `not_found`, `too_fast` or `busy`.
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
    /// The server cannot store just now.
    Busy,
    /// The server is about to stop.
    Closing,
}

#[cfg(test)]
mod tests;
