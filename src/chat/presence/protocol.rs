//! Presence and typing as they cross the socket.

use serde::{Deserialize, Serialize};

use super::state::PresenceState;
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::RoomId,
};

/// From the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
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
    /// This tab is looked at and used, or is not.
    #[serde(rename = "presence.set")]
    Set {
        /// `online` or `away`.
        state: PresenceState,
    },
}

/// To the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
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
    Changed {
        /// Who.
        user: UserId,
        /// How present that person is.
        state: PresenceState,
    },
}
