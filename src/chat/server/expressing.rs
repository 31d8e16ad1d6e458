//! A message is edited, deleted or reacted to: checked, counted, and put in line for the writer.

use std::net::IpAddr;

use actix::prelude::*;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{ChatServer, NotPosted, pipeline::Stored};
use crate::{
    accounts::UserId,
    chat::{
        body, emoji,
        formatting::{self, Rendered},
        models::{MessageId, NotChanged, RoomEvent, RoomId, SeenMessage},
        protocol::RoomChange,
    },
    db::Connection,
    error::Error,
    security::{Account, Action},
};

/// What to do to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageChange {
    /// Give it this text, as typed and not yet checked.
    Edit(String),
    /// Take its text away.
    Delete,
    /// Put an emoji to it or take it away; without `on`, whichever it is not.
    React {
        /// As the sender gave it.
        emoji: String,
        /// Put or take.
        on: Option<bool>,
    },
}

/// Change a message, and announce it. The answer is the number of the event, or nothing if it was
/// so already.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<i64>, NotPosted>")]
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

impl Handler<ChangeMessage> for ChatServer {
    type Result = ResponseFuture<Result<Option<i64>, NotPosted>>;

    fn handle(&mut self, change: ChangeMessage, _: &mut Self::Context) -> Self::Result {
        let (refuse, refused) = oneshot::channel();
        let entered = self.enter_change(change, refuse);
        Box::pin(async move {
            let announced = entered?.await;
            // Refused before anything was written: the line for the disk knows no such reasons.
            if let Ok(reason) = refused.await {
                return Err(NotPosted::Unchanged(reason));
            }
            let announced = announced.unwrap_or(Err(Error::ActorGone("the message pipeline")))?;
            Ok(announced.last().map(RoomChange::seq))
        })
    }
}

type Answered = oneshot::Receiver<crate::error::Result<Vec<RoomChange>>>;

impl ChatServer {
    fn enter_change(
        &self,
        asked: ChangeMessage,
        refuse: oneshot::Sender<NotChanged>,
    ) -> Result<Answered, NotPosted> {
        let asked = self.checked(asked)?;
        let action = match asked.change {
            MessageChange::React { .. } => Action::Reaction,
            MessageChange::Edit(_) | MessageChange::Delete => Action::Message,
        };
        let account = Account::Id(asked.user.0);
        self.limits.check(action, Some(account), asked.ip)?;
        let window = self.settings.edit_window.0;
        // Takes no database: done before the writer's turn.
        let rendered = match &asked.change {
            MessageChange::Edit(body) => formatting::render(body),
            MessageChange::Delete | MessageChange::React { .. } => formatting::render(""),
        };
        self.put_in_line(move |conn| {
            let events = match asked.apply(conn, &rendered, window) {
                Ok(event) => event.into_iter().collect(),
                Err(NotChanged::Refused(error)) => return Err(error),
                Err(reason) => {
                    // Whoever asked may be gone.
                    drop(refuse.send(reason));
                    Vec::new()
                }
            };
            Ok(Stored {
                events,
                repeated: false,
                received: None,
                emptied: None,
            })
        })
    }

    fn checked(&self, mut asked: ChangeMessage) -> Result<ChangeMessage, NotPosted> {
        match &mut asked.change {
            MessageChange::Edit(text) => *text = body::checked(text, self.settings.message_chars)?,
            MessageChange::React { emoji, .. } => {
                let known = emoji::find(emoji).ok_or(NotPosted::NoEmoji)?;
                known.clone_into(emoji);
            }
            MessageChange::Delete => {}
        }
        Ok(asked)
    }
}

impl ChangeMessage {
    fn apply(
        self,
        conn: &mut Connection,
        rendered: &Rendered,
        window: std::time::Duration,
    ) -> Result<Option<RoomEvent>, NotChanged> {
        let seen = SeenMessage::find(conn, self.room, self.message, self.user)?;
        match self.change {
            MessageChange::Edit(body) => seen.edit(conn, (self.client_id, &body, rendered), window),
            MessageChange::Delete => seen.delete(conn),
            MessageChange::React { emoji, on } => seen.react(conn, &emoji, on),
        }
    }
}
