//! Who types where. A mark that is not renewed ends by itself.

use std::time::Duration;

use actix::prelude::*;
use bytestring::ByteString;

use super::ChatServer;
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        events::{ChatEvent, ConsumerEvent, room_group},
        models::{RoomId, RoomMember},
        protocol::ServerEvent,
    },
};

/// A typing mark that is not renewed ends; browsers renew every 3 s.
const TYPING_ENDS_AFTER: Duration = Duration::from_secs(6);

/// One person typing in one room.
pub(super) struct Mark {
    person: UserRef,
    timer: SpawnHandle,
}

/// `person` types in `room`, or stopped.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub person: UserRef,
    /// Start or stop.
    pub active: bool,
}

impl Handler<Typing> for ChatServer {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, typing: Typing, ctx: &mut Self::Context) -> Self::Result {
        let (room, user) = (typing.room, typing.person.id);
        if !typing.active {
            self.end_typing(ctx, room, user);
            return Box::pin(actix::fut::ready(()));
        }
        let database = self.database.clone();
        let may_post = async move {
            let member = move |conn: &mut _| RoomMember::find(conn, room, user)?.writable(conn);
            database.read(member).await
        };
        let database_answer = may_post.into_actor(self);
        Box::pin(database_answer.map(move |member, server, ctx| {
            if member.is_ok() {
                server.begin_typing(ctx, room, typing.person);
            }
        }))
    }
}

impl ChatServer {
    fn begin_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, person: UserRef) {
        let user = person.id;
        let timer = ctx.run_later(TYPING_ENDS_AFTER, move |server, ctx| {
            server.end_typing(ctx, room, user);
        });
        let mark = Mark {
            person: person.clone(),
            timer,
        };
        if let Some(renewed) = self.typing.insert((room, user), mark) {
            ctx.cancel_future(renewed.timer);
            return;
        }
        let frame = ServerEvent::TypingStarted { room, user: person }.frame();
        self.tell_room(ctx, room, frame);
    }

    pub(super) fn end_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, user: UserId) {
        if let Some(mark) = self.typing.remove(&(room, user)) {
            ctx.cancel_future(mark.timer);
            let frame = ServerEvent::TypingStopped {
                room,
                user: mark.person,
            }
            .frame();
            self.tell_room(ctx, room, frame);
        }
    }

    fn tell_room(&self, ctx: &mut Context<Self>, room: RoomId, frame: ByteString) {
        let layer = self.layer.clone();
        self.tell_later(ctx, async move {
            let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
            layer.group_send(&room_group(room), told).await?;
            Ok(())
        });
    }
}
