//! One socket: follows all rooms of its person, forwards what is said there, and takes what the
//! person says. Every event is authorised again; being here at the handshake is no licence.

mod incoming;
mod outgoing;
mod pace;
mod reading;

use std::{net::IpAddr, sync::Arc};

use actix::Addr;
use channels::{
    Accept, CloseCode, Context, Deny, Disconnect, Frame, HandlerResult, WebsocketConsumer,
};

use super::{
    events::{ChatEvent, ConsumerEvent, everyone_group, room_group},
    markup::Markup,
    models::Room,
    protocol::{RoomState, ServerEvent, SocketLimits},
    server::{ChatServer, Join, Leave},
};
use crate::{
    accounts::{SignedIn, UserId, UserRef, user_group},
    config::Limits as Settings,
    db::Database,
    error::{Error, Result},
    friends::friends_of,
    preferences::Preferences,
};
use pace::Pace;

/// What every chat socket needs, shared by all of them.
#[derive(Clone)]
pub struct ChatConsumerParts {
    /// The one actor behind all sockets.
    pub server: Addr<ChatServer>,
    /// For history and membership.
    pub database: Database,
    /// For messages that a reconnect missed.
    pub markup: Markup,
    /// The limits that hold here.
    pub limits: Arc<Settings>,
}

/// The consumer of `/ws/`.
pub struct ChatConsumer {
    parts: Arc<ChatConsumerParts>,
    ip: IpAddr,
    pace: Pace,
    /// Posts that are not answered yet.
    waiting_posts: usize,
    joined: bool,
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
        let pace = Pace::new(&parts.limits);
        Self {
            parts: Arc::clone(parts),
            ip,
            pace,
            waiting_posts: 0,
            joined: false,
        }
    }

    /// Listens to every room, then reads their state: what comes in between is heard twice at
    /// worst, and never missed.
    async fn follow_rooms(
        &self,
        ctx: &mut Context<Self>,
        user: UserId,
    ) -> Result<(Vec<RoomState>, Vec<UserId>)> {
        let limit = i64::try_from(self.parts.limits.rooms_per_socket).unwrap_or(i64::MAX);
        let rooms = move |conn: &mut _| Ok(Room::of(conn, user, limit)?);
        for room in self.parts.database.read(rooms).await? {
            ctx.group_add(&room_group(room.id)).await?;
        }
        reading::room_states(&self.parts, user).await
    }

    async fn join(&mut self, user: UserId) -> Result<Vec<UserId>> {
        let friends = self
            .parts
            .database
            .read(move |conn| Ok(friends_of(conn, user)?))
            .await?;
        let friends = friends.into_iter().map(|friend| friend.id).collect();
        let join = Join { user, friends };
        let online = self.parts.server.send(join).await;
        self.joined = true;
        online.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    async fn welcome(&mut self, ctx: &mut Context<Self>) -> Result<ServerEvent> {
        let user = user(ctx)?;
        ctx.group_add(&user_group(user.id)).await?;
        ctx.group_add(&everyone_group()).await?;
        let (rooms, blocked) = self.follow_rooms(ctx, user.id).await?;
        let online = self.join(user.id).await?;
        let id = user.id;
        let preferences = move |conn: &mut _| Ok(Preferences::of(conn, id)?);
        let preferences = self.parts.database.read(preferences).await?;
        let limits = &self.parts.limits;
        Ok(ServerEvent::Hello {
            user,
            version: env!("CARGO_PKG_VERSION").into(),
            rooms,
            blocked,
            online,
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
        if let (true, Ok(signed_in)) = (self.joined, signed_in(ctx)) {
            let leave = Leave {
                user: signed_in.user.id,
            };
            if self.parts.server.send(leave).await.is_err() {
                log::debug!(target: "parlour::chat", "the chat server ended before a socket");
            }
        }
    }
}

#[cfg(test)]
mod tests;
