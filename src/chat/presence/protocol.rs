//! The JSON of presence and typing on the socket.

use serde::{Deserialize, Serialize};

use super::state::PresenceState;
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::RoomId,
};

/// Events from the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// This person types. Browsers repeat it every 3 s during typing.
    #[serde(rename = "typing.start")]
    TypingStart {
        /// A room that this person is in.
        room: RoomId,
    },
    /// This person stopped typing.
    #[serde(rename = "typing.stop")]
    TypingStop {
        /// A room that this person is in.
        room: RoomId,
    },
    /// This tab became active (visible and used) or inactive.
    #[serde(rename = "presence.set")]
    Set {
        /// `online` or `away`.
        state: PresenceState,
    },
}

/// Events to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// A person started typing.
    #[serde(rename = "typing.started")]
    TypingStarted {
        /// The room.
        room: RoomId,
        /// The person.
        user: UserRef,
    },
    /// A person stopped typing.
    #[serde(rename = "typing.stopped")]
    TypingStopped {
        /// The room.
        room: RoomId,
        /// The person.
        user: UserRef,
    },
    /// The presence of a friend or of a member of a small room changed.
    #[serde(rename = "presence.changed")]
    Changed {
        /// The person.
        user: UserId,
        /// The state now.
        state: PresenceState,
    },
}
