//! What the presence server is asked and told.

use std::collections::HashMap;

use actix::prelude::*;

use super::state::PresenceState;
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::RoomId,
};

/// A socket opened, closed, or changed its state. Each socket begins and ends as offline.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SetPresence {
    /// Whose socket.
    pub user: UserId,
    /// Its state before.
    pub from: PresenceState,
    /// Its state now.
    pub to: PresenceState,
}

/// Asks how present each of `users` is; offline people are left out.
#[derive(Debug, Message)]
#[rtype(result = "HashMap<UserId, PresenceState>")]
pub struct WhoIsHere {
    /// People whom the asker may see.
    pub users: Vec<UserId>,
}

/// `user` joined or left a room: its members may see more or less of each other from now on.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct MembersChanged {
    /// Which room.
    pub room: RoomId,
    /// Who joined or left.
    pub user: UserId,
}

/// `person` types in `room`, or stopped typing.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub person: UserRef,
    /// Start or stop.
    pub active: bool,
}

/// `user` posted in `room` and so types there no more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct EndTyping {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub user: UserId,
}
