//! Moving read positions.

use actix::prelude::*;

use crate::{accounts::UserRef, chat::rooms::RoomId, db::Connection, error::Result};

type Move = dyn FnOnce(&mut Connection) -> Result<Vec<RoomId>> + Send;

/// Moves positions of `person`: `change` checks what may be moved and returns the rooms where something
/// moved, which is the answer, too.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct MoveReading {
    /// Whose positions.
    pub person: UserRef,
    /// Runs on the writer's connection.
    pub change: Box<Move>,
}

impl MoveReading {
    /// A change that runs on the writer's connection.
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
