//! What `ChatServer` is asked and told beside messages and reading.

use actix::prelude::*;
use channels::ChannelName;

use crate::{
    accounts::UserId,
    chat::{
        messages::{RoomChange, RoomEvent},
        rooms::RoomId,
    },
    db::{Connection, Timestamp},
    error::Result,
};

/// A socket of `user` opened. It reads which rooms it follows only after this, so that no change of
/// membership in between is lost.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Enlist {
    /// Whose socket.
    pub user: UserId,
    /// Its name on the layer.
    pub channel: ChannelName,
}

/// A socket of `user` closed; every [`Enlist`] has one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Delist {
    /// Whose socket.
    pub user: UserId,
    /// Its name on the layer.
    pub channel: ChannelName,
}

type Change = dyn FnOnce(&mut Connection) -> Result<Vec<RoomEvent>> + Send;

/// Changes a room: the change checks who asks, and returns what happened, in order.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomChange>>")]
pub struct ChangeRoom(pub(super) Box<Change>);

impl ChangeRoom {
    /// A change that runs on the writer's connection.
    pub fn new(
        change: impl FnOnce(&mut Connection) -> Result<Vec<RoomEvent>> + Send + 'static,
    ) -> Self {
        Self(Box::new(change))
    }
}

/// Purges the rooms that were to be deleted before `now`; answers with them.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct PurgeRooms {
    /// The time, as the asker has it.
    pub now: Timestamp,
}

/// Take no more messages; the process is about to end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;
