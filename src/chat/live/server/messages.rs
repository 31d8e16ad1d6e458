//! Posting and changing messages: check, rate limit, commit, announce.

use std::time::Instant;

use actix::prelude::*;

use super::{
    ChatServer,
    announcer::{Announcer, Post},
    commit_line::CommitLine,
};
use crate::{
    chat::{
        later::PostDue,
        messages::{
            ChangeMessage, MessageCreated, NotChanged, NotPosted, PostMessage, Posted, RoomChange,
            RoomEvent,
        },
        presence::{EndTyping, WhoIsOnline},
    },
    db::{Connection, Database},
    security::{Account, Action},
};

impl Handler<PostMessage> for ChatServer {
    type Result = ResponseFuture<Result<MessageCreated, NotPosted>>;

    fn handle(&mut self, post: PostMessage, _: &mut Self::Context) -> Self::Result {
        let (room, user) = (post.room, post.author);
        if self
            .parts
            .presence
            .try_send(EndTyping { room, user })
            .is_err()
        {
            log::debug!(target: "parlour::chat", "a typing mark ends by itself");
        }
        self.enter_post(post)
            .unwrap_or_else(|refusal| Box::pin(async { Err(refusal) }))
    }
}

impl Handler<PostDue> for ChatServer {
    type Result = ResponseFuture<Result<MessageCreated, NotPosted>>;

    /// Has no rate limits: they were applied when the message was scheduled.
    fn handle(&mut self, due: PostDue, _: &mut Self::Context) -> Self::Result {
        let Some(line) = self.line.clone() else {
            return Box::pin(async { Err(NotPosted::Closing) });
        };
        let posting = Posting {
            line,
            announcer: self.announcer.clone(),
            database: self.parts.database.clone(),
            received: Instant::now(),
        };
        let presence = self.parts.presence.clone();
        let PostDue { mut message, take } = due;
        Box::pin(async move {
            if message.may_call() {
                message.online = presence.send(WhoIsOnline).await.unwrap_or_default();
            }
            let stored = posting.enter(move |conn| {
                take(conn)?;
                message.post(conn)
            });
            stored.await
        })
    }
}

impl Handler<ChangeMessage> for ChatServer {
    type Result = ResponseFuture<Result<Option<i64>, NotChanged>>;

    fn handle(&mut self, change: ChangeMessage, _: &mut Self::Context) -> Self::Result {
        self.enter_change(change)
            .unwrap_or_else(|refusal| Box::pin(async { Err(refusal) }))
    }
}

impl ChatServer {
    fn enter_post(
        &self,
        post: PostMessage,
    ) -> Result<ResponseFuture<Result<MessageCreated, NotPosted>>, NotPosted> {
        let (author, ip, received) = (post.author, post.ip, Instant::now());
        let message = post.checked(self.parts.limits.message_chars)?;
        let account = Some(Account::Id(author.0));
        self.parts.rates.check(Action::Message, account, ip)?;
        let posting = Posting {
            line: self.line.clone().ok_or(NotPosted::Closing)?,
            announcer: self.announcer.clone(),
            database: self.parts.database.clone(),
            received,
        };
        if !message.may_call() {
            return Ok(posting.enter(move |conn| message.post(conn)));
        }
        // Only a message that calls everybody waits for two more questions. The browser sends the
        // next message of the author in this room after the answer to this one.
        let (rates, presence) = (self.parts.rates.clone(), self.parts.presence.clone());
        Ok(Box::pin(async move {
            let (is_call, mut message) = posting
                .database
                .read(move |conn| Ok((message.is_new_call(conn)?, message)))
                .await?;
            if is_call {
                let allowed = rates.check(Action::Call, account, ip);
                allowed.map_err(NotPosted::from_calls)?;
                message.online = presence.send(WhoIsOnline).await.unwrap_or_default();
            }
            posting.enter(move |conn| message.post(conn)).await
        }))
    }

    fn enter_change(
        &self,
        change: ChangeMessage,
    ) -> Result<ResponseFuture<Result<Option<i64>, NotChanged>>, NotChanged> {
        let (action, user, ip) = (change.action(), change.user, change.ip);
        let change = change.checked(&self.parts.limits)?;
        let account = Some(Account::Id(user.0));
        self.parts.rates.check(action, account, ip)?;
        let line = self.line.as_ref().ok_or(NotChanged::Closing)?;
        let announcer = self.announcer.clone();
        let committed = self.parts.database.enqueue(move |conn| change.apply(conn));
        Ok(
            line.enter(committed, move |events: Vec<RoomEvent>, _| async move {
                let announced = announcer.events(events).await?;
                Ok(announced.last().map(RoomChange::seq))
            }),
        )
    }
}

/// What a post needs to be stored and announced.
struct Posting {
    line: CommitLine,
    announcer: Announcer,
    database: Database,
    received: Instant,
}

impl Posting {
    /// Takes a place in the line when called. `store` runs on the writer's connection.
    fn enter(
        self,
        store: impl FnOnce(&mut Connection) -> crate::error::Result<Posted> + Send + 'static,
    ) -> ResponseFuture<Result<MessageCreated, NotPosted>> {
        let Self {
            line,
            announcer,
            database,
            received,
        } = self;
        let stored = database.enqueue(store);
        line.enter(
            async move { stored.await.map_err(NotPosted::from) },
            move |posted: Posted, committed| async move {
                let event = RoomEvent::created(posted.message);
                if posted.repeated {
                    return announcer.repeated(event);
                }
                let post = Post {
                    event,
                    mentions: posted.mentions,
                    here: posted.here,
                    received,
                    committed,
                };
                announcer.post(post).await
            },
        )
    }
}
