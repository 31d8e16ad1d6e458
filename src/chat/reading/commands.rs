//! Commands that change what a member has for themselves in a room: the read cursor, the
//! notification level, the pin.

use actix::prelude::*;

use super::{
    models::{
        level::Level,
        pins::{PinMove, Pins},
    },
    protocol::ServerEvent,
};
use crate::{
    accounts::{UserId, UserRef},
    chat::rooms::{RoomId, RoomMember},
    db::Connection,
    error::Result,
};

type Move = dyn FnOnce(&mut Connection) -> Result<Vec<RoomId>> + Send;

/// Moves read cursors of `person`. `change` checks the request, and returns the rooms whose cursor
/// moved, which is also the answer.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct MoveReading {
    /// The owner of the cursors.
    pub person: UserRef,
    /// The change, which runs on the writer's connection.
    pub change: Box<Move>,
}

impl MoveReading {
    /// Wraps a change, which will run on the writer's connection.
    pub fn new(
        person: UserRef,
        change: impl FnOnce(&mut Connection) -> Result<Vec<RoomId>> + Send + 'static,
    ) -> Self {
        Self {
            person,
            change: Box::new(change),
        }
    }
}

type Change = dyn FnOnce(&mut Connection) -> Result<Arranged> + Send;

/// Changes the notification level or the pin of a conversation for `user`. Sends the event to all
/// their sockets in the order of the commits, so that their devices agree. The answer is the title
/// of the room.
#[derive(Message)]
#[rtype(result = "Result<String>")]
pub struct Arrange {
    /// The member.
    pub user: UserId,
    /// The change, which checks the request and runs on the writer's connection.
    pub change: Box<Change>,
}

/// What was changed.
pub struct Arranged {
    /// The title of the room for the member.
    pub title: String,
    /// The event for the sockets of the member.
    pub event: ServerEvent,
}

impl Arrange {
    /// Chooses the notification level of `user` in `room`.
    pub fn level(user: UserId, room: RoomId, level: Level) -> Self {
        Self::new(user, room, move |conn, member| {
            level.choose(conn, member)?;
            Ok(ServerEvent::LevelChanged { room, level })
        })
    }

    /// Chooses the notification level that `room` has for new members.
    pub fn default_level(user: UserId, room: RoomId) -> Self {
        Self::new(user, room, move |conn, member| {
            let level = Level::default_of(member.room.kind);
            level.choose(conn, member)?;
            Ok(ServerEvent::LevelChanged { room, level })
        })
    }

    /// Changes the pin of `user` in `room`. They may have `most` pins.
    pub fn pin(user: UserId, room: RoomId, to: PinMove, most: usize) -> Self {
        Self::new(user, room, move |conn, member| {
            let rooms = Pins::change(conn, member, to, most)?.into_rooms();
            Ok(ServerEvent::PinsChanged { rooms })
        })
    }

    fn new(
        user: UserId,
        room: RoomId,
        change: impl FnOnce(&mut Connection, &RoomMember) -> Result<ServerEvent> + Send + 'static,
    ) -> Self {
        let change = move |conn: &mut Connection| {
            let member = RoomMember::find(conn, room, user)?;
            let event = change(conn, &member)?;
            Ok(Arranged {
                title: member.title,
                event,
            })
        };
        Self {
            user,
            change: Box::new(change),
        }
    }
}
