//! The consumer of one socket. It subscribes to all rooms of its person, forwards their events, and
//! handles events from the browser. It authorises every event again, because permissions may have
//! changed since the handshake.

mod incoming;
mod messages;
mod missed;
mod outgoing;
mod presence;
mod rate_limit;
mod reading;
mod receipts;

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

use channels::{
    Accept, CloseCode, Context, Deny, Disconnect, Frame, HandlerResult, WebsocketConsumer,
    auth::recheck,
};

use super::{
    commands::{Delist, Enlist},
    protocol::{ConnectionEvent, Hello, SocketLimits},
    services::Chat,
};
use crate::{
    accounts::{SignedIn, UserId, UserRef, still_valid, user_group},
    chat::{
        layer::{ChatEvent, ConsumerEvent, everyone_group, frame, room_group},
        presence::{PresenceState, SetPresence, WhoIsHere, may_see},
        reading::RoomState,
        receipts::{Receivers, Unsaved},
        rooms::{Room, RoomId},
    },
    error::{Error, Result},
    friends::asking,
    preferences::Preferences,
};
use rate_limit::RateLimit;

/// The consumer of `/ws/`.
pub struct ChatConsumer {
    chat: Arc<Chat>,
    ip: IpAddr,
    rate_limit: RateLimit,
    /// The number of posts that are not answered yet.
    waiting_posts: usize,
    /// The state of this socket, see [`SetPresence`].
    presence: PresenceState,
    /// A cache of rooms that this person was a member of since the handshake, sorted. A receipt for
    /// another room needs a database query before [`Delivery`](crate::chat::receipts::Delivery)
    /// stores it.
    known_rooms: Vec<RoomId>,
    /// The person by a name that is newer than that in the scope.
    renamed: Option<UserRef>,
}

/// Returns the signed-in person from the scope, which is the only place that stores it.
fn signed_in(ctx: &Context<ChatConsumer>) -> Result<&SignedIn> {
    let signed_in = ctx.scope().get::<SignedIn>();
    signed_in.ok_or(Error::SignInRequired)
}

impl ChatConsumer {
    /// Returns a consumer for the person in the scope. The session middleware puts the person
    /// there.
    pub fn new(chat: &Arc<Chat>, ip: IpAddr) -> Self {
        Self {
            chat: Arc::clone(chat),
            ip,
            rate_limit: RateLimit::new(&chat.limits),
            waiting_posts: 0,
            presence: PresenceState::Offline,
            known_rooms: Vec::new(),
            renamed: None,
        }
    }

    /// Returns the person by the present name.
    fn user(&self, ctx: &Context<Self>) -> Result<UserRef> {
        match &self.renamed {
            Some(user) => Ok(user.clone()),
            None => Ok(UserRef::from(&signed_in(ctx)?.user)),
        }
    }

    /// Subscribes to every room of `user`, and repeats until the list of rooms is stable. A change
    /// during the loop is not lost, because the server subscribes this socket to later rooms
    /// itself.
    async fn follow_rooms(
        &mut self,
        ctx: &mut Context<Self>,
        user: UserId,
    ) -> Result<(Vec<RoomState>, Vec<UserId>)> {
        let limit = i64::try_from(self.chat.limits.rooms_per_socket).unwrap_or(i64::MAX);
        let mut followed = BTreeSet::new();
        loop {
            let rooms = move |conn: &mut _| Ok(Room::of(conn, user, limit)?);
            let rooms = self.chat.database.read(rooms).await?;
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
        let (mut rooms, blocked) = reading::room_states(&self.chat, user).await?;
        let received = self.received_by(user).await?;
        for state in &mut rooms {
            state.received = received.get(&state.room).copied();
        }
        Ok((rooms, blocked))
    }

    /// Returns how far the person has received the rooms that track receipts.
    async fn received_by(&self, user: UserId) -> Result<HashMap<RoomId, i64>> {
        let written = move |conn: &mut _| Ok(Receivers::positions_of(conn, user)?);
        let mut received = self.chat.database.read(written).await?;
        let unsaved = self.chat.delivery.send(Unsaved { user }).await;
        for (room, seq) in unsaved.unwrap_or_default() {
            received
                .entry(room)
                .and_modify(|known| *known = seq.max(*known));
        }
        Ok(received)
    }

    /// Reports this socket to the presence server, and requests the presence of others.
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
            .chat
            .database
            .read(move |conn| Ok(may_see(conn, user)?));
        let users = visible.await?.into_iter().collect();
        let here = self.chat.presence.send(WhoIsHere { users }).await;
        here.map_err(|_closed| Error::ActorGone("the presence server"))
    }

    /// Changes the state of this socket. Each socket that was reported ends as offline.
    pub(crate) async fn set_presence(
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
        let told = self.chat.presence.send(set).await;
        told.map_err(|_closed| Error::ActorGone("the presence server"))
    }

    /// Registers this socket with the server, which subscribes it to rooms that the person joins
    /// later. Must run before the rooms are read.
    async fn enlist(&self, ctx: &Context<Self>, user: UserId) -> Result<()> {
        let channel = ctx.channel_name().clone();
        let enlisted = self.chat.server.send(Enlist { user, channel }).await;
        enlisted.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    async fn delist(&self, ctx: &Context<Self>) {
        let Ok(signed_in) = signed_in(ctx) else {
            return;
        };
        let (user, channel) = (signed_in.user.id, ctx.channel_name().clone());
        let delisted = self.chat.server.send(Delist { user, channel }).await;
        if delisted.is_err() {
            log::debug!(target: "parlour::chat", "the chat server ended before a socket");
        }
    }

    /// Subscribes to the person's session events, then reads the session again. Without the second
    /// read, a session that ended between handshake and subscription would stay connected (a race).
    async fn require_session(&self, ctx: &mut Context<Self>) -> std::result::Result<(), Deny> {
        let session = signed_in(ctx)?.session.clone();
        ctx.group_add(&user_group(session.user_id)).await?;
        match still_valid(&self.chat.database, &session).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Deny::forbidden().text("Sign in first")),
            Err(error) => {
                log::warn!(target: "parlour::chat", "the session of a new socket was not checked: \
                    {error}");
                Err(Deny::status(503).header("retry-after", "2").text("Busy"))
            }
        }
    }

    /// Reads the session again at intervals, to detect changes without an event.
    fn recheck_session(&self, ctx: &mut Context<Self>) -> Result<()> {
        let session = signed_in(ctx)?.session.clone();
        let (chat, every) = (Arc::clone(&self.chat), self.chat.limits.session_check.0);
        ctx.notify_when(async move {
            recheck(every, async || still_valid(&chat.database, &session).await).await;
            ConsumerEvent::Chat(ChatEvent::SessionInvalid)
        });
        Ok(())
    }

    async fn welcome(&mut self, ctx: &mut Context<Self>) -> Result<ConnectionEvent> {
        let user = self.user(ctx)?;
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
        let own = move |conn: &mut _| Ok((Preferences::of(conn, id)?, asking(conn, id)?));
        let (preferences, asking) = self.chat.database.read(own).await?;
        let limits = &self.chat.limits;
        Ok(ConnectionEvent::Hello(Box::new(Hello {
            user,
            version: env!("CARGO_PKG_VERSION").into(),
            epoch: self.chat.database.epoch().clone(),
            rooms,
            blocked,
            requests: asking.into_iter().map(|person| person.id).collect(),
            online: of(PresenceState::Online),
            away: of(PresenceState::Away),
            preferences,
            limits: SocketLimits {
                message_chars: limits.message_chars,
                events_per_second: rate_limit::per_second(limits.socket_events),
            },
        })))
    }
}

impl WebsocketConsumer for ChatConsumer {
    type Event = ConsumerEvent;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> std::result::Result<(), Deny> {
        if signed_in(ctx).is_err() {
            return Err(Deny::forbidden());
        }
        self.require_session(ctx).await?;
        let hello = self.welcome(ctx).await?;
        ctx.accept(Accept::new())?;
        ctx.send(frame(&hello))?;
        self.recheck_session(ctx)?;
        Ok(())
    }

    async fn receive(&mut self, received: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        match received {
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
        self.on_event(&event, ctx).await
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        if why.code == Some(CloseCode::OVERLOAD.as_u16()) {
            let user = signed_in(ctx).map_or(UserId(0), |signed_in| signed_in.user.id);
            let client = self.ip;
            log::info!(
                target: "parlour::chat",
                "the socket of user {user} from {client} was closed, because it does not read its \
                 events (--socket-queue-bytes, --socket-queue-events); its page reconnects and \
                 resumes"
            );
        }
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
