//! Commands and queries of the presence server.

use std::collections::{HashMap, HashSet};

use actix::prelude::*;

use super::state::PresenceState;
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::RoomId,
};

/// A socket opened, closed or changed its state. Each socket starts and ends as offline.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SetPresence {
    /// The owner of the socket.
    pub user: UserId,
    /// The state before.
    pub from: PresenceState,
    /// The state now.
    pub to: PresenceState,
}

/// Asks for the states of `users`. The answer leaves out offline people.
#[derive(Debug, Message)]
#[rtype(result = "HashMap<UserId, PresenceState>")]
pub struct WhoIsHere {
    /// People whose presence the asker may see.
    pub users: Vec<UserId>,
}

/// Asks who is online, for a message that calls them. The answer must not be shown to anybody.
#[derive(Debug, Message)]
#[rtype(result = "HashSet<UserId>")]
pub struct WhoIsOnline;

/// `user` joined or left a room, so its members may now see more or less of each other.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct MembersChanged {
    /// The room.
    pub room: RoomId,
    /// The person who joined or left.
    pub user: UserId,
}

/// `person` started or stopped typing in `room`.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// The room.
    pub room: RoomId,
    /// The person.
    pub person: UserRef,
    /// True for start, false for stop.
    pub active: bool,
}

/// `user` posted in `room`, which ends their typing mark there.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct EndTyping {
    /// The room.
    pub room: RoomId,
    /// The person.
    pub user: UserId,
}
