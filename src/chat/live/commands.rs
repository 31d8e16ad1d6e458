//! Commands to `ChatServer` other than those of messages and reading: subscribe, unsubscribe,
//! change rooms, stop.

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

/// Registers a new socket of `user`. The socket must read the list of its rooms only after the
/// answer. Otherwise a change of membership between the two would be lost (a race).
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Enlist {
    /// The owner of the socket.
    pub user: UserId,
    /// The name of the socket on the channel layer.
    pub channel: ChannelName,
}

/// Removes a closed socket of `user`. Every [`Enlist`] has exactly one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Delist {
    /// The owner of the socket.
    pub user: UserId,
    /// The name of the socket on the channel layer.
    pub channel: ChannelName,
}

type Change = dyn FnOnce(&mut Connection) -> Result<Vec<RoomEvent>> + Send;

/// Changes a room. The change itself checks the permission, and returns its events in order.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomChange>>")]
pub struct ChangeRoom(pub(super) Box<Change>);

impl ChangeRoom {
    /// Wraps a change, which will run on the writer's connection.
    pub fn new(
        change: impl FnOnce(&mut Connection) -> Result<Vec<RoomEvent>> + Send + 'static,
    ) -> Self {
        Self(Box::new(change))
    }
}

/// Deletes the rooms that were due before `now`, and returns their ids.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct PurgeRooms {
    /// The current time according to the sender.
    pub now: Timestamp,
}

/// Refuses new messages from now on, because the process is about to end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;
