//! The command that moves read cursors.

use actix::prelude::*;

use crate::{accounts::UserRef, chat::rooms::RoomId, db::Connection, error::Result};

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
