//! One socket: follows all rooms of its person, forwards what is said there, and takes what the
//! person says. Every event is authorised again; being here at the handshake is no licence.

mod incoming;
mod missed;
mod outgoing;
mod pace;
mod reading;
mod receipts;
mod storing;

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

use actix::Addr;
use channels::{
    Accept, CloseCode, Context, Deny, Disconnect, Frame, HandlerResult, WebsocketConsumer,
};

use super::{
    delivery::{Delivery, Health, Unsaved},
    events::{ChatEvent, ConsumerEvent, everyone_group, room_group},
    markup::Markup,
    models::{Receivers, Room, RoomId, may_see},
    protocol::{RoomState, ServerEvent, SocketLimits},
    server::{ChatServer, Delist, Enlist, PresenceState, SetPresence, WhoIsHere},
};
use crate::{
    accounts::{SignedIn, UserId, UserRef, still_valid, user_group},
    config::Limits as Settings,
    db::Database,
    error::{Error, Result},
    preferences::Preferences,
    security::Limits,
};
use pace::Pace;

/// What every chat socket needs, shared by all of them.
#[derive(Clone)]
pub struct ChatConsumerParts {
    /// The one actor behind all sockets.
    pub server: Addr<ChatServer>,
    /// The one actor that keeps who has received what.
    pub delivery: Addr<Delivery>,
    /// How long messages take.
    pub health: Health,
    /// For history and membership.
    pub database: Database,
    /// For messages that a reconnect missed.
    pub markup: Markup,
    /// The limits that hold here.
    pub limits: Arc<Settings>,
    /// How often a person and an address may send events.
    pub rates: Limits,
}

/// The consumer of `/ws/`.
pub struct ChatConsumer {
    parts: Arc<ChatConsumerParts>,
    ip: IpAddr,
    pace: Pace,
    /// Posts that are not answered yet.
    waiting_posts: usize,
    /// What this socket counts as, for the others.
    presence: PresenceState,
    /// Rooms that this person was seen to be a member of since the handshake, in their order. A receipt for
    /// any other room is looked up before [`Delivery`] keeps something for it.
    known_rooms: Vec<RoomId>,
}

/// Who is behind the socket, as its scope knows: nothing of it is kept a second time.
fn signed_in(ctx: &Context<ChatConsumer>) -> Result<&SignedIn> {
    let signed_in = ctx.scope().get::<SignedIn>();
    signed_in.ok_or(Error::SignInRequired)
}

fn user(ctx: &Context<ChatConsumer>) -> Result<UserRef> {
    let user = &signed_in(ctx)?.user;
    Ok(UserRef {
        id: user.id,
        username: user.username.clone(),
    })
}

impl ChatConsumer {
    /// A consumer for a person on that address, whom the session middleware puts into the scope.
    pub fn new(parts: &Arc<ChatConsumerParts>, ip: IpAddr) -> Self {
        Self {
            parts: Arc::clone(parts),
            ip,
            pace: Pace::new(),
            waiting_posts: 0,
            presence: PresenceState::Offline,
            known_rooms: Vec::new(),
        }
    }

    /// Listens to every room of `user`, and reads again until nothing has changed in between: the
    /// server, which knows this socket by now, takes it along with whatever changes later.
    async fn follow_rooms(
        &mut self,
        ctx: &mut Context<Self>,
        user: UserId,
    ) -> Result<(Vec<RoomState>, Vec<UserId>)> {
        let limit = i64::try_from(self.parts.limits.rooms_per_socket).unwrap_or(i64::MAX);
        let mut followed = BTreeSet::new();
        loop {
            let rooms = move |conn: &mut _| Ok(Room::of(conn, user, limit)?);
            let rooms = self.parts.database.read(rooms).await?;
            let present: BTreeSet<RoomId> = rooms.iter().map(|room| room.id).collect();
            if present == followed {
                self.known_rooms = present.into_iter().collect();
                return self.states_of(user).await;
            }
            for room in present.difference(&followed) {
                ctx.group_add(&room_group(*room)).await?;
            }
            for room in followed.difference(&present) {
                ctx.group_discard(&room_group(*room)).await?;
            }
            followed = present;
        }
    }

    async fn states_of(&self, user: UserId) -> Result<(Vec<RoomState>, Vec<UserId>)> {
        let (mut rooms, blocked) = reading::room_states(&self.parts, user).await?;
        let received = self.received_by(user).await?;
        for state in &mut rooms {
            state.received = received.get(&state.room).copied();
        }
        Ok((rooms, blocked))
    }

    /// How far the person has received the rooms in which that is of interest.
    async fn received_by(&self, user: UserId) -> Result<HashMap<RoomId, i64>> {
        let written = move |conn: &mut _| Ok(Receivers::positions_of(conn, user)?);
        let mut received = self.parts.database.read(written).await?;
        let unsaved = self.parts.delivery.send(Unsaved { user }).await;
        for (room, seq) in unsaved.unwrap_or_default() {
            received
                .entry(room)
                .and_modify(|known| *known = seq.max(*known));
        }
        Ok(received)
    }

    /// Counts this socket as in sight or not, and looks who else is here.
    async fn join(
        &mut self,
        ctx: &Context<Self>,
        user: UserId,
    ) -> Result<HashMap<UserId, PresenceState>> {
        let away = ctx.scope().query_string() == "presence=away";
        let state = if away {
            PresenceState::Away
        } else {
            PresenceState::Online
        };
        self.set_presence(ctx, state).await?;
        let visible = self
            .parts
            .database
            .read(move |conn| Ok(may_see(conn, user)?));
        let users = visible.await?.into_iter().collect();
        let here = self.parts.server.send(WhoIsHere { users }).await;
        here.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    /// Each socket that was counted ends as offline.
    pub(super) async fn set_presence(
        &mut self,
        ctx: &Context<Self>,
        to: PresenceState,
    ) -> Result<()> {
        let from = std::mem::replace(&mut self.presence, to);
        if from == to {
            return Ok(());
        }
        let user = signed_in(ctx)?.user.id;
        let set = SetPresence { user, from, to };
        let told = self.parts.server.send(set).await;
        told.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    /// Lets the server take this socket into rooms and out of them, from before it reads which it
    /// follows.
    async fn enlist(&self, ctx: &Context<Self>, user: UserId) -> Result<()> {
        let channel = ctx.channel_name().clone();
        let enlisted = self.parts.server.send(Enlist { user, channel }).await;
        enlisted.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    async fn delist(&self, ctx: &Context<Self>) {
        let Ok(signed_in) = signed_in(ctx) else {
            return;
        };
        let (user, channel) = (signed_in.user.id, ctx.channel_name().clone());
        let delisted = self.parts.server.send(Delist { user, channel }).await;
        if delisted.is_err() {
            log::debug!(target: "parlour::chat", "the chat server ended before a socket");
        }
    }

    /// Subscribes to what happens to this person's sessions, then reads the session again: one that ended
    /// since the handshake was let in was announced before this socket could hear of it.
    async fn require_session(&self, ctx: &mut Context<Self>) -> std::result::Result<(), Deny> {
        let session = signed_in(ctx)?.session.clone();
        ctx.group_add(&user_group(session.user_id)).await?;
        match still_valid(&self.parts.database, &session).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Deny::forbidden().text("Sign in first")),
            Err(error) => {
                log::warn!(target: "parlour::chat", "the session of a new socket: {error}");
                Err(Deny::status(503).header("retry-after", "2").text("Busy"))
            }
        }
    }

    async fn welcome(&mut self, ctx: &mut Context<Self>) -> Result<ServerEvent> {
        let user = user(ctx)?;
        ctx.group_add(&everyone_group()).await?;
        self.enlist(ctx, user.id).await?;
        let (rooms, blocked) = self.follow_rooms(ctx, user.id).await?;
        let here = self.join(ctx, user.id).await?;
        let of = |state| {
            let mut users: Vec<UserId> = here
                .iter()
                .filter(|(_, it)| **it == state)
                .map(|(user, _)| *user)
                .collect();
            users.sort();
            users
        };
        let id = user.id;
        let preferences = move |conn: &mut _| Ok(Preferences::of(conn, id)?);
        let preferences = self.parts.database.read(preferences).await?;
        let limits = &self.parts.limits;
        Ok(ServerEvent::Hello {
            user,
            version: env!("CARGO_PKG_VERSION").into(),
            epoch: self.parts.database.epoch().clone(),
            rooms,
            blocked,
            online: of(PresenceState::Online),
            away: of(PresenceState::Away),
            preferences,
            limits: SocketLimits {
                message_chars: limits.message_chars,
                events_per_second: pace::per_second(limits.socket_events),
            },
        })
    }
}

impl WebsocketConsumer for ChatConsumer {
    type Event = ConsumerEvent;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> std::result::Result<(), Deny> {
        if signed_in(ctx).is_err() {
            return Err(Deny::forbidden());
        }
        ctx.forget_headers();
        self.require_session(ctx).await?;
        let hello = self.welcome(ctx).await?;
        ctx.accept(Accept::new())?;
        ctx.send(hello.frame())?;
        ctx.notify_interval(self.parts.limits.session_check.0, || {
            ConsumerEvent::Chat(ChatEvent::CheckSession)
        });
        Ok(())
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        match frame {
            Frame::Text(text) => self.receive_text(&text, ctx).await,
            Frame::Binary(_) => {
                ctx.close(CloseCode::UNSUPPORTED, "text frames only");
                Ok(())
            }
        }
    }

    fn forward(event: &ConsumerEvent) -> Option<Frame> {
        outgoing::for_all(event)
    }

    async fn event(&mut self, event: Arc<ConsumerEvent>, ctx: &mut Context<Self>) -> HandlerResult {
        self.hear(&event, ctx).await
    }

    async fn disconnect(&mut self, _: Disconnect, ctx: &mut Context<Self>) {
        self.delist(ctx).await;
        if self
            .set_presence(ctx, PresenceState::Offline)
            .await
            .is_err()
        {
            log::debug!(target: "parlour::chat", "the chat server ended before a socket");
        }
    }
}

#[cfg(test)]
mod tests;
