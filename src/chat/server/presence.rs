//! Who is here: a person is online while a tab of theirs is looked at and used, away while others are open,
//! and offline a while after the last one closed. Friends and the members of small rooms hear of it.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use actix::prelude::*;
use bytestring::ByteString;
use serde::{Deserialize, Serialize};

use super::ChatServer;
use crate::{
    accounts::{UserId, user_group},
    chat::{
        events::{ChatEvent, ConsumerEvent},
        models::{RoomId, may_see, small_room_members},
        protocol::ServerEvent,
    },
    error::Result,
};

/// A tab that reloads, or is left for another one, does not blink: less is told only after this time.
const LESS_AFTER: Duration = Duration::from_secs(10);

/// How much a person is here; more is greater.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// No open tab.
    #[default]
    Offline,
    /// Open tabs that nobody looks at or uses.
    Away,
    /// A tab in sight that was used a moment ago.
    Online,
}

impl PresenceState {
    /// As it is spelled on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Away => "away",
            Self::Online => "online",
        }
    }
}

/// Open sockets of one person, and what the others were told of them.
#[derive(Default)]
pub(super) struct Presence {
    online: u32,
    away: u32,
    shown: PresenceState,
}

impl Presence {
    fn best(&self) -> PresenceState {
        match (self.online, self.away) {
            (0, 0) => PresenceState::Offline,
            (0, _) => PresenceState::Away,
            _ => PresenceState::Online,
        }
    }

    fn count(&mut self, state: PresenceState) -> Option<&mut u32> {
        match state {
            PresenceState::Offline => None,
            PresenceState::Away => Some(&mut self.away),
            PresenceState::Online => Some(&mut self.online),
        }
    }
}

/// A socket of somebody opened, closed, or is used otherwise than before. Each socket begins and ends
/// as offline.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SetPresence {
    /// Whose socket.
    pub user: UserId,
    /// What it was.
    pub from: PresenceState,
    /// What it is.
    pub to: PresenceState,
}

impl Handler<SetPresence> for ChatServer {
    type Result = ();

    fn handle(&mut self, set: SetPresence, ctx: &mut Self::Context) {
        let presence = self.here.entry(set.user).or_default();
        if let Some(count) = presence.count(set.from) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = presence.count(set.to) {
            *count += 1;
        }
        self.settle(ctx, set.user);
    }
}

/// How much each of `users` is here; who is offline is left out.
#[derive(Debug, Message)]
#[rtype(result = "HashMap<UserId, PresenceState>")]
pub struct WhoIsHere {
    /// People that the asker may see.
    pub users: Vec<UserId>,
}

impl Handler<WhoIsHere> for ChatServer {
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

/// `user` came into a room or left one: whoever is here may see more or less of each other.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct Acquainted {
    /// Which room.
    pub(super) room: RoomId,
    /// Who.
    pub(super) user: UserId,
}

impl Handler<Acquainted> for ChatServer {
    type Result = ();

    fn handle(&mut self, met: Acquainted, ctx: &mut Self::Context) {
        self.part_typing(ctx, met.room, met.user);
        let database = self.database.clone();
        let others = async move {
            let room = met.room;
            database
                .read(move |conn| Ok(small_room_members(conn, room)?))
                .await
        };
        let others = others.into_actor(self);
        ctx.spawn(others.map(move |others, server, ctx| {
            let others = others.ok().flatten().unwrap_or_default();
            server.tell_each_other(ctx, met.user, others);
        }));
    }
}

impl ChatServer {
    /// Tells what is more at once, and what is less after a while.
    fn settle(&mut self, ctx: &mut Context<Self>, user: UserId) {
        let Some(presence) = self.here.get_mut(&user) else {
            return;
        };
        let best = presence.best();
        if best < presence.shown {
            let lower = move |server: &mut Self, ctx: &mut Context<Self>| server.lower(ctx, user);
            let falling = || ctx.run_later(LESS_AFTER, lower);
            self.falling.entry(user).or_insert_with(falling);
            return;
        }
        if let Some(falling) = self.falling.remove(&user) {
            ctx.cancel_future(falling);
        }
        if best > presence.shown {
            presence.shown = best;
            self.tell_audience(ctx, user, best);
        }
        self.forget_if_gone(user);
    }

    fn lower(&mut self, ctx: &mut Context<Self>, user: UserId) {
        self.falling.remove(&user);
        let Some(presence) = self.here.get_mut(&user) else {
            return;
        };
        let best = presence.best();
        if best != std::mem::replace(&mut presence.shown, best) {
            self.tell_audience(ctx, user, best);
        }
        self.forget_if_gone(user);
    }

    fn forget_if_gone(&mut self, user: UserId) {
        let gone = |presence: &Presence| {
            presence.shown == PresenceState::Offline && presence.best() == PresenceState::Offline
        };
        if self.here.get(&user).is_some_and(gone) {
            self.here.remove(&user);
        }
    }

    /// Tells those who are here and may see `user`: at most friends and members of small rooms.
    fn tell_audience(&self, ctx: &mut Context<Self>, user: UserId, state: PresenceState) {
        let audience = self.audience_of(user).into_actor(self);
        ctx.spawn(audience.map(move |audience, server, ctx| {
            let here = audience.into_iter();
            let here = here.filter(|person| server.here.contains_key(person));
            server.tell_people(ctx, presence_frame(user, state), here.collect());
        }));
    }

    /// After something between `user` and the `others` changed: each hears how the other is, or that the
    /// other is offline if it is none of their business any more.
    pub(super) fn tell_each_other(
        &self,
        ctx: &mut Context<Self>,
        user: UserId,
        others: Vec<UserId>,
    ) {
        let audience = self.audience_of(user).into_actor(self);
        ctx.spawn(audience.map(move |audience, server, ctx| {
            let shown = |person: &UserId| server.here.get(person).map(|presence| presence.shown);
            let others = others.into_iter().filter(|other| *other != user);
            for other in others.filter(|other| shown(other).is_some() || shown(&user).is_some()) {
                let is_seen = audience.contains(&other);
                let seen = |person| shown(person).filter(|_| is_seen).unwrap_or_default();
                let (mine, theirs) = (seen(&user), seen(&other));
                server.tell_people(ctx, presence_frame(user, mine), vec![other]);
                server.tell_people(ctx, presence_frame(other, theirs), vec![user]);
            }
        }));
    }

    fn audience_of(&self, user: UserId) -> impl Future<Output = HashSet<UserId>> + use<> {
        let database = self.database.clone();
        async move {
            let audience = database.read(move |conn| Ok(may_see(conn, user)?)).await;
            audience.unwrap_or_else(|error| {
                log::warn!(target: "parlour::chat", "nobody is told of somebody's presence: {error}");
                HashSet::new()
            })
        }
    }

    /// Sends a frame to every socket of these people.
    pub(super) fn tell_people(
        &self,
        ctx: &mut Context<Self>,
        frame: ByteString,
        people: Vec<UserId>,
    ) {
        let layer = self.layer.clone();
        self.tell_later(ctx, async move {
            for person in people {
                let frame = frame.clone();
                let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
                layer.group_send(&user_group(person), told).await?;
            }
            Result::Ok(())
        });
    }
}

fn presence_frame(user: UserId, state: PresenceState) -> ByteString {
    ServerEvent::Presence { user, state }.frame()
}
