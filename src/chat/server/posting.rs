//! A message enters: checked, counted, and put in line for the writer.

use std::{net::IpAddr, time::Instant};

use actix::prelude::*;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{ChatServer, pipeline::Stored};
use crate::{
    accounts::UserId,
    chat::{
        body::{self, BodyError},
        models::{MessageId, NewMessage, NotChanged, RoomEvent, RoomId},
        protocol::{MessageCreated, RoomChange},
    },
    error::{Error, Result as AppResult},
    security::{Account, Action},
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
    /// Its numbers were learned in another history of the database.
    #[error("of another history")]
    OtherHistory,
    /// What is to be a reaction is none.
    #[error("no emoji")]
    NoEmoji,
    /// The message stays as it is.
    #[error(transparent)]
    Unchanged(NotChanged),
    /// The room, the limits or the database refused it.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl From<BodyError> for NotPosted {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

type Answered = oneshot::Receiver<AppResult<Vec<RoomChange>>>;

/// Store a message and announce it.
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

impl Handler<PostMessage> for ChatServer {
    type Result = ResponseFuture<Result<MessageCreated, NotPosted>>;

    fn handle(&mut self, post: PostMessage, ctx: &mut Self::Context) -> Self::Result {
        self.end_typing(ctx, post.room, post.author);
        let answered = self.enter(post);
        Box::pin(async move {
            let announced = answered?.await;
            let mut announced =
                announced.unwrap_or(Err(Error::ActorGone("the message pipeline")))?;
            match announced.pop() {
                Some(RoomChange::MessageCreated(created)) => Ok(created),
                _ => Err(Error::internal("a post is one message").into()),
            }
        })
    }
}

impl ChatServer {
    fn enter(&self, post: PostMessage) -> Result<Answered, NotPosted> {
        let body = body::checked(&post.body, self.settings.message_chars)?;
        self.limits
            .check(Action::Message, Some(Account::Id(post.author.0)), post.ip)?;
        let PostMessage {
            room,
            author,
            client_id,
            reply_to,
            ..
        } = post;
        let message = NewMessage {
            reply_to,
            ..NewMessage::new(room, author, client_id, body)
        };
        let received = Some(Instant::now());
        self.put_in_line(move |conn| {
            let posted = message.post(conn)?;
            Ok(Stored {
                events: vec![RoomEvent::created(posted.message)],
                repeated: posted.repeated,
                received,
                ..Stored::default()
            })
        })
    }
}
