//! Who types where. A mark that is not renewed ends by itself.

use std::time::Duration;

use actix::prelude::*;
use bytestring::ByteString;

use super::ChatServer;
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        events::{ChatEvent, ConsumerEvent, room_group},
        models::{RoomId, RoomMember, TypingAudience},
        protocol::ServerEvent,
    },
};

/// A typing mark that is not renewed ends; browsers renew every 3 s.
const TYPING_ENDS_AFTER: Duration = Duration::from_secs(6);

/// One person typing in one room.
pub(super) struct Mark {
    person: UserRef,
    timer: SpawnHandle,
    /// Who hears of it: of the end as of the beginning.
    audience: TypingAudience,
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
        let audience = async move {
            let audience = database.read(move |conn| {
                RoomMember::find(conn, room, user)?.writable(conn)?;
                Ok(TypingAudience::of(conn, room, user)?)
            });
            audience.await.unwrap_or(TypingAudience::Nobody)
        };
        let audience = audience.into_actor(self);
        Box::pin(audience.map(move |audience, server, ctx| {
            if audience != TypingAudience::Nobody {
                server.begin_typing(ctx, room, typing.person, audience);
            }
        }))
    }
}

impl ChatServer {
    fn begin_typing(
        &mut self,
        ctx: &mut Context<Self>,
        room: RoomId,
        person: UserRef,
        audience: TypingAudience,
    ) {
        let user = person.id;
        let timer = ctx.run_later(TYPING_ENDS_AFTER, move |server, ctx| {
            server.end_typing(ctx, room, user);
        });
        let mark = Mark {
            person: person.clone(),
            timer,
            audience: audience.clone(),
        };
        if let Some(renewed) = self.typing.insert((room, user), mark) {
            ctx.cancel_future(renewed.timer);
            return;
        }
        let frame = ServerEvent::TypingStarted { room, user: person }.frame();
        self.tell(ctx, room, &audience, frame);
    }

    pub(super) fn end_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, user: UserId) {
        if let Some(mark) = self.typing.remove(&(room, user)) {
            ctx.cancel_future(mark.timer);
            let frame = ServerEvent::TypingStopped {
                room,
                user: mark.person,
            }
            .frame();
            self.tell(ctx, room, &mark.audience, frame);
        }
    }

    /// Whoever comes into a room or leaves it types there no more, and hears of nobody who did before.
    pub(super) fn part_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, user: UserId) {
        self.end_typing(ctx, room, user);
        let marks = self.typing.iter_mut();
        for (_, mark) in marks.filter(|((marked, _), _)| *marked == room) {
            if let TypingAudience::People(people) = &mut mark.audience {
                people.retain(|person| *person != user);
            }
        }
    }

    /// The frame is shared by the room, unless somebody in it must not get it.
    fn tell(
        &self,
        ctx: &mut Context<Self>,
        room: RoomId,
        audience: &TypingAudience,
        frame: ByteString,
    ) {
        if let TypingAudience::People(people) = audience {
            return self.tell_people(ctx, frame, people.clone());
        }
        let layer = self.layer.clone();
        self.tell_later(ctx, async move {
            let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
            layer.group_send(&room_group(room), told).await?;
            Ok(())
        });
    }
}
