//! Message commands: post, edit, delete, react, pin. `live` applies the rate limits, puts each
//! command into the commit line, and announces the result.

use std::{net::IpAddr, time::Duration};

use actix::prelude::*;
use uuid::Uuid;

use super::{
    body::{self, BodyError},
    emoji,
    formatting::{self, Rendered},
    models::{
        change::VisibleMessage, new_message::NewMessage, not_changed::NotChanged,
        room_event::RoomEvent,
    },
    protocol::MessageCreated,
};
use crate::{
    accounts::UserId,
    chat::{log::MessageId, rooms::RoomId},
    config::Limits,
    db::Connection,
    error::Error,
    security::Action,
};

/// Reasons for not storing a message.
#[derive(Debug, thiserror::Error)]
pub enum NotPosted {
    /// The text is invalid.
    #[error("the text: {0:?}")]
    Body(BodyError),
    /// Too many messages with `@everyone` or `@here`.
    #[error("too many calls")]
    TooManyCalls {
        /// The time until the next one.
        retry_after: Duration,
    },
    /// The server is about to stop.
    #[error("the server is shutting down")]
    Closing,
    /// The room, the limits or the database refused it.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl NotPosted {
    /// Converts a refusal of the rate limit of calls.
    pub(crate) fn from_calls(error: Error) -> Self {
        match error {
            Error::TooMany { retry_after } => Self::TooManyCalls { retry_after },
            error => Self::Refused(error),
        }
    }

    /// Returns whether the reason is a missing permission.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Refused(Error::Forbidden | Error::NotFound))
    }
}

impl From<BodyError> for NotPosted {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

/// Stores a message and announces it.
#[derive(Debug, Message)]
#[rtype(result = "Result<MessageCreated, NotPosted>")]
pub struct PostMessage {
    /// The room.
    pub room: RoomId,
    /// The author.
    pub author: UserId,
    /// The sender's address, for the rate limit.
    pub ip: IpAddr,
    /// The idempotency key, chosen by the sender.
    pub client_id: Uuid,
    /// The text as typed, not yet validated.
    pub body: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
}

impl PostMessage {
    /// Validates and renders the text. Needs no database.
    ///
    /// # Errors
    /// [`BodyError`].
    pub fn checked(self, max_chars: usize) -> Result<NewMessage, BodyError> {
        let of = (self.room, self.author, self.client_id);
        Ok(NewMessage {
            reply_to: self.reply_to,
            ..NewMessage::checked(of, &self.body, max_chars)?
        })
    }
}

impl NewMessage {
    /// Validates and renders a text of a room and an author, with its key.
    ///
    /// # Errors
    /// [`BodyError`].
    pub(crate) fn checked(
        (room, author, client_id): (RoomId, UserId, Uuid),
        text: &str,
        max_chars: usize,
    ) -> Result<Self, BodyError> {
        let body = body::checked(text, max_chars)?;
        Ok(Self::new(room, author, client_id, body))
    }
}

/// A change of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageChange {
    /// Replace the text with this one, which is as typed and not yet validated.
    Edit(String),
    /// Delete the text.
    Delete,
    /// Add or remove a reaction. If `on` is `None`, toggle it.
    React {
        /// The emoji as the sender spelled it.
        emoji: String,
        /// True to add, false to remove.
        on: Option<bool>,
    },
    /// Pin the message if true, or unpin it.
    Pin(bool),
}

/// Changes a message and announces the change. The answer is the number of its last event, or
/// `None` if nothing changed (idempotent).
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<i64>, NotChanged>")]
pub struct ChangeMessage {
    /// The room.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The person who asks.
    pub user: UserId,
    /// The sender's address, for the rate limit.
    pub ip: IpAddr,
    /// The idempotency key, chosen by the sender.
    pub client_id: Uuid,
    /// The change.
    pub change: MessageChange,
}

impl ChangeMessage {
    /// Returns the rate-limited action of the change.
    pub fn action(&self) -> Action {
        match self.change {
            MessageChange::React { .. } | MessageChange::Pin(_) => Action::Reaction,
            MessageChange::Edit(_) | MessageChange::Delete => Action::Message,
        }
    }

    /// Validates and renders what needs no database.
    ///
    /// # Errors
    /// [`NotChanged::Body`] and [`NotChanged::NoEmoji`].
    pub fn checked(self, limits: &Limits) -> Result<CheckedChange, NotChanged> {
        let change = match self.change {
            MessageChange::Edit(text) => {
                let body = body::checked(&text, limits.message_chars)?;
                Checked::Edit {
                    client_id: self.client_id,
                    rendered: formatting::render(&body),
                    body,
                    window: limits.edit_window.0,
                }
            }
            MessageChange::Delete => Checked::Delete,
            MessageChange::React { emoji, on } => Checked::React {
                emoji: emoji::find(&emoji).ok_or(NotChanged::NoEmoji)?,
                on,
            },
            MessageChange::Pin(on) => Checked::Pin {
                on,
                most: limits.room_pins,
            },
        };
        Ok(CheckedChange {
            room: self.room,
            message: self.message,
            user: self.user,
            change,
        })
    }
}

/// A validated change that is ready for the writer.
#[derive(Debug)]
pub struct CheckedChange {
    room: RoomId,
    message: MessageId,
    user: UserId,
    change: Checked,
}

#[derive(Debug)]
enum Checked {
    Edit {
        client_id: Uuid,
        body: String,
        rendered: Rendered,
        window: Duration,
    },
    Delete,
    React {
        emoji: &'static str,
        on: Option<bool>,
    },
    Pin {
        on: bool,
        most: u32,
    },
}

impl CheckedChange {
    /// Makes the change on the writer's connection. Returns no event if nothing changed
    /// (idempotent).
    pub fn apply(self, conn: &mut Connection) -> Result<Vec<RoomEvent>, NotChanged> {
        let seen = VisibleMessage::find(conn, self.room, self.message, self.user)?;
        let event = match self.change {
            Checked::Edit {
                client_id,
                body,
                rendered,
                window,
            } => seen.edit(conn, (client_id, &body, &rendered), window)?,
            Checked::React { emoji, on } => seen.react(conn, emoji, on)?,
            Checked::Delete => return seen.delete(conn),
            Checked::Pin { on, most } => return seen.pin(conn, on, most),
        };
        Ok(event.into_iter().collect())
    }
}
