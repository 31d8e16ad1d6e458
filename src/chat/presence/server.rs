//! The presence server: one actor per process, started by `parts.rs`. Consumers report their
//! sockets to it; `live` reports posts and changes of membership.
//!
//! A person is *online* while one of their tabs is visible and used, *away* while other tabs are
//! open, and *offline* after the last tab has been closed for a while (debounced). The server tells
//! friends and the members of small rooms.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use actix::prelude::*;
use bytestring::ByteString;
use channels::Layer;
use channels::actor::subscribe;
use channels::layers::LayerMessage;

use super::{
    commands::{EndTyping, MembersChanged, SetPresence, Typing, WhoIsHere, WhoIsOnline},
    models::{TypingAudience, may_see, small_room_members},
    protocol::ServerEvent,
    state::{PresenceState, Sockets},
};
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        layer::{ConsumerEvent, frame, room_group, send_later, tell_people},
        rooms::{RoomId, RoomMember},
    },
    db::Database,
    friends::{FriendshipEvent, friendship_group},
};

/// The capacity of the mailbox. Its senders can wait, because they ask and await the answer.
const MAILBOX: usize = 1024;
/// The debounce time before a lower state is announced, so that reloading a tab does not show the
/// person as offline for a moment.
const LESS_AFTER: Duration = Duration::from_secs(10);
/// The lifetime of a typing mark that is not renewed. Browsers renew it every 3 s.
const TYPING_ENDS_AFTER: Duration = Duration::from_secs(6);

/// The presence of everybody who has an open socket.
pub struct PresenceServer {
    database: Database,
    layer: Layer,
    here: HashMap<UserId, Sockets>,
    /// Debounce timers of people whose state is about to be lowered.
    lowering: HashMap<UserId, SpawnHandle>,
    typing: HashMap<(RoomId, UserId), TypingMark>,
}

/// One person typing in one room.
struct TypingMark {
    person: UserRef,
    timer: SpawnHandle,
    /// The audience of the start, which also gets the end.
    audience: TypingAudience,
}

impl PresenceServer {
    /// Returns an actor that is not started yet.
    pub fn new(database: Database, layer: Layer) -> Self {
        Self {
            database,
            layer,
            here: HashMap::new(),
            lowering: HashMap::new(),
            typing: HashMap::new(),
        }
    }
}

impl Actor for PresenceServer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        subscribe(self, ctx, &self.layer, [friendship_group()]);
    }
}

impl StreamHandler<LayerMessage> for PresenceServer {
    fn handle(&mut self, message: LayerMessage, ctx: &mut Self::Context) {
        match message.decode::<FriendshipEvent>().as_deref() {
            Ok(event) => {
                let (a, b) = event.pair();
                self.tell_each_other(ctx, a, vec![b]);
            }
            Err(error) => log::warn!(target: "parlour::chat", "not understood: {error}"),
        }
    }
}

impl Handler<SetPresence> for PresenceServer {
    type Result = ();

    fn handle(&mut self, set: SetPresence, ctx: &mut Self::Context) {
        let sockets = self.here.entry(set.user).or_default();
        if let Some(count) = sockets.count(set.from) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = sockets.count(set.to) {
            *count += 1;
        }
        self.settle(ctx, set.user);
    }
}

impl Handler<WhoIsHere> for PresenceServer {
    type Result = MessageResult<WhoIsHere>;

    fn handle(&mut self, question: WhoIsHere, _: &mut Self::Context) -> Self::Result {
        let users = question.users.into_iter();
        let here = users.filter_map(|user| Some((user, self.here.get(&user)?.shown)));
        MessageResult(
            here.filter(|(_, state)| *state != PresenceState::Offline)
                .collect(),
        )
    }
}

impl Handler<WhoIsOnline> for PresenceServer {
    type Result = MessageResult<WhoIsOnline>;

    fn handle(&mut self, _: WhoIsOnline, _: &mut Self::Context) -> Self::Result {
        let online = self.here.iter();
        let online = online.filter(|(_, sockets)| sockets.shown == PresenceState::Online);
        MessageResult(online.map(|(user, _)| *user).collect())
    }
}

impl Handler<MembersChanged> for PresenceServer {
    type Result = ();

    fn handle(&mut self, changed: MembersChanged, ctx: &mut Self::Context) {
        self.remove_from_typing(ctx, changed.room, changed.user);
        let database = self.database.clone();
        let others = async move {
            let room = changed.room;
            database
                .read(move |conn| Ok(small_room_members(conn, room)?))
                .await
        };
        let others = others.into_actor(self);
        ctx.spawn(others.map(move |others, server, ctx| {
            let others = others.ok().flatten().unwrap_or_default();
            server.tell_each_other(ctx, changed.user, others);
        }));
    }
}

impl Handler<Typing> for PresenceServer {
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

impl Handler<EndTyping> for PresenceServer {
    type Result = ();

    fn handle(&mut self, EndTyping { room, user }: EndTyping, ctx: &mut Self::Context) {
        self.end_typing(ctx, room, user);
    }
}

impl PresenceServer {
    /// Announces a higher state at once, and debounces a lower one.
    fn settle(&mut self, ctx: &mut Context<Self>, user: UserId) {
        let Some(sockets) = self.here.get_mut(&user) else {
            return;
        };
        let best = sockets.best();
        if best < sockets.shown {
            let lower = move |server: &mut Self, ctx: &mut Context<Self>| server.lower(ctx, user);
            let lowering = || ctx.run_later(LESS_AFTER, lower);
            self.lowering.entry(user).or_insert_with(lowering);
            return;
        }
        if let Some(lowering) = self.lowering.remove(&user) {
            ctx.cancel_future(lowering);
        }
        if best > sockets.shown {
            sockets.shown = best;
            self.announce(ctx, user, best);
        }
        self.forget_if_gone(user);
    }

    fn lower(&mut self, ctx: &mut Context<Self>, user: UserId) {
        self.lowering.remove(&user);
        let Some(sockets) = self.here.get_mut(&user) else {
            return;
        };
        let best = sockets.best();
        if best != std::mem::replace(&mut sockets.shown, best) {
            self.announce(ctx, user, best);
        }
        self.forget_if_gone(user);
    }

    fn forget_if_gone(&mut self, user: UserId) {
        let gone = |sockets: &Sockets| {
            sockets.shown == PresenceState::Offline && sockets.best() == PresenceState::Offline
        };
        if self.here.get(&user).is_some_and(gone) {
            self.here.remove(&user);
        }
    }

    /// Sends the state to those online people who may see `user`: friends and members of small
    /// rooms.
    fn announce(&self, ctx: &mut Context<Self>, user: UserId, state: PresenceState) {
        let audience = self.audience_of(user).into_actor(self);
        ctx.spawn(audience.map(move |audience, server, ctx| {
            let here = audience.into_iter();
            let here = here.filter(|person| server.here.contains_key(person));
            server.tell(ctx, presence_frame(user, state), here.collect());
        }));
    }

    /// Exchanges states after the relation between `user` and the `others` changed. Each side gets
    /// the other's state, or *offline* if it may no longer see the other.
    fn tell_each_other(&self, ctx: &mut Context<Self>, user: UserId, others: Vec<UserId>) {
        let audience = self.audience_of(user).into_actor(self);
        ctx.spawn(audience.map(move |audience, server, ctx| {
            let shown = |person: &UserId| server.here.get(person).map(|sockets| sockets.shown);
            let others = others.into_iter().filter(|other| *other != user);
            for other in others.filter(|other| shown(other).is_some() || shown(&user).is_some()) {
                let may_see = audience.contains(&other);
                let visible = |person| shown(person).filter(|_| may_see).unwrap_or_default();
                let (mine, theirs) = (visible(&user), visible(&other));
                server.tell(ctx, presence_frame(user, mine), vec![other]);
                server.tell(ctx, presence_frame(other, theirs), vec![user]);
            }
        }));
    }

    fn audience_of(&self, user: UserId) -> impl Future<Output = HashSet<UserId>> + use<> {
        let database = self.database.clone();
        async move {
            let audience = database.read(move |conn| Ok(may_see(conn, user)?)).await;
            audience.unwrap_or_else(|error| {
                log::warn!(target: "parlour::chat", "a change of presence was not announced: \
                    {error}");
                HashSet::new()
            })
        }
    }

    fn tell(&self, ctx: &mut Context<Self>, frame: ByteString, people: Vec<UserId>) {
        let layer = self.layer.clone();
        send_later(self, ctx, async move {
            tell_people(&layer, people, frame).await
        });
    }
}

/// The typing indicator.
impl PresenceServer {
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
        let mark = TypingMark {
            person: person.clone(),
            timer,
            audience: audience.clone(),
        };
        if let Some(renewed) = self.typing.insert((room, user), mark) {
            ctx.cancel_future(renewed.timer);
            return;
        }
        let started = ServerEvent::TypingStarted { room, user: person };
        self.tell_room(ctx, room, &audience, frame(&started));
    }

    fn end_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, user: UserId) {
        if let Some(mark) = self.typing.remove(&(room, user)) {
            ctx.cancel_future(mark.timer);
            let user = mark.person;
            let stopped = ServerEvent::TypingStopped { room, user };
            self.tell_room(ctx, room, &mark.audience, frame(&stopped));
        }
    }

    /// Ends the typing mark of a person who joined or left a room. It does not send that person the
    /// marks of the others, because the person did not receive their start.
    fn remove_from_typing(&mut self, ctx: &mut Context<Self>, room: RoomId, user: UserId) {
        self.end_typing(ctx, room, user);
        let marks = self.typing.iter_mut();
        for (_, mark) in marks.filter(|((marked, _), _)| *marked == room) {
            if let TypingAudience::People(people) = &mut mark.audience {
                people.retain(|person| *person != user);
            }
        }
    }

    /// Sends one frame to the room's group, or only to some members if others must not receive it.
    fn tell_room(
        &self,
        ctx: &mut Context<Self>,
        room: RoomId,
        audience: &TypingAudience,
        frame: ByteString,
    ) {
        if let TypingAudience::People(people) = audience {
            return self.tell(ctx, frame, people.clone());
        }
        let layer = self.layer.clone();
        send_later(self, ctx, async move {
            let told = ConsumerEvent::told(frame);
            layer.group_send(&room_group(room), told).await?;
            Ok(())
        });
    }
}

fn presence_frame(user: UserId, state: PresenceState) -> ByteString {
    frame(&ServerEvent::Changed { user, state })
}
