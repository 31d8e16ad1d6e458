//! Commands to the scheduler, and its command to the chat server.

use actix::prelude::*;

use crate::{
    chat::messages::{MessageCreated, NewMessage, NotPosted},
    db::Connection,
    error::Result as AppResult,
};

/// A message or a reminder was scheduled, changed or cancelled, so the next time may be another
/// one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Wake;

type Take = dyn FnOnce(&mut Connection) -> AppResult<()> + Send;

/// Stores and announces a message that is due. `take` runs first, in the same transaction: it
/// removes the message from those that wait, so that it is sent exactly once.
#[derive(Message)]
#[rtype(result = "Result<MessageCreated, NotPosted>")]
pub struct PostDue {
    /// The message.
    pub message: NewMessage,
    /// Removes it from those that wait. Fails if it is not among them any more.
    pub take: Box<Take>,
}
