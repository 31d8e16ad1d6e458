//! What travels over the channel layer to the sockets, and the names of the groups.

use bytestring::ByteString;
use channels::GroupName;
use serde::{Deserialize, Serialize};

use super::models::RoomId;
use crate::{accounts::SessionEvent, friends::RelationEvent, preferences::PreferencesEvent};

/// To consumers. Frames are encoded once, by whoever sends, and shared by all sockets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ChatEvent {
    /// Something to send on as it is, past the consumers.
    #[serde(rename = "chat.told")]
    Told {
        /// The text frame.
        frame: ByteString,
    },
    /// The server is about to close all sockets, with 1012.
    #[serde(rename = "chat.restarting")]
    Restarting,
    /// A socket's own: a message that it posted is stored, or refused.
    #[serde(rename = "chat.answered")]
    Answered {
        /// The text frame.
        frame: ByteString,
    },
    /// A socket's own timer: is my session still valid?
    #[serde(rename = "chat.check_session")]
    CheckSession,
}

/// Everything that a chat socket can hear, from four apps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConsumerEvent {
    /// From the chat.
    Chat(ChatEvent),
    /// From accounts: a session ended.
    Session(SessionEvent),
    /// From friends: a relation changed.
    Relation(RelationEvent),
    /// From preferences: they are others now.
    Preferences(PreferencesEvent),
}

/// The sockets that follow `room`.
pub(super) fn room_group(room: RoomId) -> GroupName {
    GroupName::encode(&format!("room.{room}"))
}

/// Every open socket.
pub fn everyone_group() -> GroupName {
    GroupName::encode("sockets")
}
