//! What may be done to messages: post, edit, delete, react. `live` checks the limits, puts each in the commit
//! line, and announces it.

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
    db::Connection,
    error::Error,
    security::Action,
};

/// Why a message is not stored.
#[derive(Debug, thiserror::Error)]
pub enum NotPosted {
    /// The text is no message.
    #[error("the text: {0:?}")]
    Body(BodyError),
    /// The server is about to stop.
    #[error("the server is about to stop")]
    Closing,
    /// The room, the limits or the database refused it.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl NotPosted {
    /// Whether the person may not do that.
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
    /// Where.
    pub room: RoomId,
    /// Who.
    pub author: UserId,
    /// From which address, for the rate limit.
    pub ip: IpAddr,
    /// The author's name for the message.
    pub client_id: Uuid,
    /// As typed, not yet checked.
    pub body: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
}

impl PostMessage {
    /// Checks and renders the text, which needs no database.
    ///
    /// # Errors
    /// [`BodyError`].
    pub fn checked(self, max_chars: usize) -> Result<NewMessage, BodyError> {
        let body = body::checked(&self.body, max_chars)?;
        Ok(NewMessage {
            reply_to: self.reply_to,
            ..NewMessage::new(self.room, self.author, self.client_id, body)
        })
    }
}

/// What to do to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageChange {
    /// Give it this text, as typed and not yet checked.
    Edit(String),
    /// Remove its text.
    Delete,
    /// Add a reaction or remove it; without `on`, toggle it.
    React {
        /// As the sender gave it.
        emoji: String,
        /// Add or remove.
        on: Option<bool>,
    },
}

/// Changes a message and announces that. The answer is the number of the event, or nothing if the message
/// was so already.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<i64>, NotChanged>")]
pub struct ChangeMessage {
    /// Where it stands.
    pub room: RoomId,
    /// Which.
    pub message: MessageId,
    /// Who asks.
    pub user: UserId,
    /// From which address, for the rate limit.
    pub ip: IpAddr,
    /// The asker's name for the change.
    pub client_id: Uuid,
    /// What.
    pub change: MessageChange,
}

impl ChangeMessage {
    /// What it counts as.
    pub fn action(&self) -> Action {
        match self.change {
            MessageChange::React { .. } => Action::Reaction,
            MessageChange::Edit(_) | MessageChange::Delete => Action::Message,
        }
    }

    /// Checks and renders what needs no database. An edit is possible for the time `edit_window`.
    ///
    /// # Errors
    /// [`NotChanged::Body`] and [`NotChanged::NoEmoji`].
    pub fn checked(
        self,
        max_chars: usize,
        edit_window: Duration,
    ) -> Result<CheckedChange, NotChanged> {
        let change = match self.change {
            MessageChange::Edit(text) => {
                let body = body::checked(&text, max_chars)?;
                Checked::Edit {
                    client_id: self.client_id,
                    rendered: formatting::render(&body),
                    body,
                    window: edit_window,
                }
            }
            MessageChange::Delete => Checked::Delete,
            MessageChange::React { emoji, on } => Checked::React {
                emoji: emoji::find(&emoji).ok_or(NotChanged::NoEmoji)?,
                on,
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

/// A change that is ready for the writer.
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
}

impl CheckedChange {
    /// Makes the change on the writer's connection; nothing if it is made already.
    ///
    /// # Errors
    /// [`NotChanged`].
    pub fn apply(self, conn: &mut Connection) -> Result<Option<RoomEvent>, NotChanged> {
        let seen = VisibleMessage::find(conn, self.room, self.message, self.user)?;
        match self.change {
            Checked::Edit {
                client_id,
                body,
                rendered,
                window,
            } => seen.edit(conn, (client_id, &body, &rendered), window),
            Checked::Delete => seen.delete(conn),
            Checked::React { emoji, on } => seen.react(conn, emoji, on),
        }
    }
}
