//! Posting and changing messages: check, rate limit, commit, announce.

use std::time::Instant;

use actix::prelude::*;

use super::{ChatServer, announcer::Post};
use crate::{
    chat::{
        messages::{
            ChangeMessage, MessageCreated, NotChanged, NotPosted, PostMessage, RoomChange,
            RoomEvent,
        },
        presence::EndTyping,
    },
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
        let line = self.line.as_ref().ok_or(NotPosted::Closing)?;
        let announcer = self.announcer.clone();
        let committed = self.parts.database.enqueue(move |conn| message.post(conn));
        let committed = async move { committed.await.map_err(NotPosted::from) };
        Ok(line.enter(committed, move |posted, committed| async move {
            let event = RoomEvent::created(posted.message);
            if posted.repeated {
                return announcer.repeated(event);
            }
            let post = Post {
                event,
                mentions: posted.mentions,
                received,
                committed,
            };
            announcer.post(post).await
        }))
    }

    fn enter_change(
        &self,
        change: ChangeMessage,
    ) -> Result<ResponseFuture<Result<Option<i64>, NotChanged>>, NotChanged> {
        let (action, user, ip) = (change.action(), change.user, change.ip);
        let limits = &self.parts.limits;
        let change = change.checked(limits.message_chars, limits.edit_window.0)?;
        let account = Some(Account::Id(user.0));
        self.parts.rates.check(action, account, ip)?;
        let line = self.line.as_ref().ok_or(NotChanged::Closing)?;
        let announcer = self.announcer.clone();
        let committed = self.parts.database.enqueue(move |conn| change.apply(conn));
        Ok(
            line.enter(committed, move |event: Option<RoomEvent>, _| async move {
                let announced = announcer.events(event.into_iter().collect()).await?;
                Ok(announced.last().map(RoomChange::seq))
            }),
        )
    }
}
