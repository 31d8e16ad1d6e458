//! The chat server: one actor per process, started by `parts.rs`, that routes messages between room
//! groups. Consumers and views send commands to it. Every change takes a place in a commit line,
//! which stores and announces changes in the same order. The server does not know consumers: it
//! announces to groups on the channel layer.

mod announcer;
mod commit_line;
mod messages;
mod reading;
mod rooms;
mod subscriptions;

use std::{sync::Arc, time::Duration};

use actix::prelude::*;
use channels::Layer;
use channels::actor::subscribe;
use channels::layers::LayerMessage;

use super::commands::{Delist, Enlist, Stop};
use crate::{
    accounts::{PersonEvent, User, UserId, UserRef, people_group, user_group},
    chat::{
        layer::{ChatEvent, ConsumerEvent, frame, room_group, send_later},
        live::ConnectionEvent,
        messages::Markup,
        presence::PresenceServer,
        receipts::{Delivery, Health},
        rooms::Room,
    },
    config::Limits,
    db::{Database, Timestamp},
    friends::{FriendshipEvent, friendship_group},
    preferences::{SwitchEvent, switch_group},
    security::RateLimiter,
};
use announcer::Announcer;
use commit_line::CommitLine;
use subscriptions::Subscriptions;

/// The capacity of the mailbox. Its senders can wait, because they ask and await the answer.
const MAILBOX: usize = 1024;
/// How often due rooms are purged, so how late the deletion of a room may be.
const PURGED_EVERY: Duration = Duration::from_secs(60 * 60);

/// The dependencies of the chat server.
pub struct ChatServerParts {
    /// The database of messages and rooms.
    pub database: Database,
    /// The channel layer, which reaches the sockets.
    pub layer: Layer,
    /// The renderer of messages.
    pub markup: Markup,
    /// The rate limits of posting.
    pub rates: RateLimiter,
    /// The settings for message length and edit window.
    pub limits: Arc<Limits>,
    /// The presence server, which is notified of posts, joins and leaves.
    pub presence: Addr<PresenceServer>,
    /// The delivery statistics, which are notified of announced events.
    pub delivery: Addr<Delivery>,
    /// The latency histograms.
    pub health: Health,
}

/// Routes messages between rooms.
pub struct ChatServer {
    parts: ChatServerParts,
    announcer: Announcer,
    subscriptions: Subscriptions,
    /// The line of posts and all other changes of rooms. `None` before the start and after the
    /// stop.
    line: Option<CommitLine>,
    /// The line of read cursors.
    readings: Option<CommitLine>,
}

impl ChatServer {
    /// Returns a server that is not started yet.
    pub fn new(parts: ChatServerParts) -> Self {
        let subscriptions = Subscriptions::new(parts.layer.clone());
        let announcer = Announcer {
            layer: parts.layer.clone(),
            markup: parts.markup.clone(),
            presence: parts.presence.clone().recipient(),
            delivery: parts.delivery.clone(),
            health: parts.health.clone(),
            subscriptions: subscriptions.clone(),
        };
        Self {
            parts,
            announcer,
            subscriptions,
            line: None,
            readings: None,
        }
    }
}

impl Actor for ChatServer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.line = Some(CommitLine::start(self, ctx));
        self.readings = Some(CommitLine::start(self, ctx));
        ctx.run_later(Duration::ZERO, Self::purge_later);
        ctx.run_interval(PURGED_EVERY, Self::purge_later);
        let groups = [friendship_group(), switch_group(), people_group()];
        subscribe(self, ctx, &self.parts.layer, groups);
    }
}

impl Handler<Enlist> for ChatServer {
    type Result = ();

    fn handle(&mut self, enlist: Enlist, _: &mut Self::Context) {
        self.subscriptions.add(enlist.user, enlist.channel);
    }
}

impl Handler<Delist> for ChatServer {
    type Result = ();

    fn handle(&mut self, delist: Delist, _: &mut Self::Context) {
        self.subscriptions.remove(delist.user, &delist.channel);
    }
}

impl Handler<Stop> for ChatServer {
    type Result = ();

    fn handle(&mut self, _: Stop, _: &mut Self::Context) {
        self.line = None;
        self.readings = None;
    }
}

impl StreamHandler<LayerMessage> for ChatServer {
    fn handle(&mut self, message: LayerMessage, ctx: &mut Self::Context) {
        if let Ok(SwitchEvent::Seen { user }) = message.decode::<SwitchEvent>().as_deref() {
            return self.tell_seen_changed(ctx, *user);
        }
        if let Ok(PersonEvent::Changed { user }) = message.decode::<PersonEvent>().as_deref() {
            return self.tell_person(ctx, *user);
        }
        match message.decode::<FriendshipEvent>().as_deref() {
            Ok(FriendshipEvent::Begun { a, b }) => self.open_direct(ctx, *a, *b),
            Ok(FriendshipEvent::Ended { a, b } | FriendshipEvent::Blocked { a, b }) => {
                self.tell_ask_seen(ctx, vec![*a, *b]);
            }
            Err(error) => log::warn!(target: "parlour::chat", "not understood: {error}"),
        }
    }
}

impl ChatServer {
    fn open_direct(&self, ctx: &mut Context<Self>, a: UserId, b: UserId) {
        let database = self.parts.database.clone();
        let subscriptions = self.subscriptions.clone();
        send_later(self, ctx, async move {
            let opened = database
                .write(move |conn| Ok(Room::open_direct(conn, a, b)?))
                .await?;
            for user in [a, b] {
                subscriptions.join(opened.0.id, user).await?;
            }
            Ok(())
        });
    }

    /// Tells everybody who sees the person in a conversation. Friends have one.
    fn tell_person(&self, ctx: &mut Context<Self>, id: UserId) {
        let (database, layer) = (self.parts.database.clone(), self.parts.layer.clone());
        let limit = i64::try_from(self.parts.limits.rooms_per_socket).unwrap_or(i64::MAX);
        send_later(self, ctx, async move {
            // The present name, because announcements of two changes may overtake each other.
            let read = database.read(move |conn| {
                let user = UserRef::from(&User::find(conn, id)?);
                Ok((user, Room::of(conn, id, limit)?))
            });
            let (user, rooms) = read.await?;
            let changed = frame(&ConnectionEvent::PersonChanged { user: user.clone() });
            for room in rooms {
                let told = ConsumerEvent::told(changed.clone());
                layer.group_send(&room_group(room.id), told).await?;
            }
            let own = ConsumerEvent::Chat(ChatEvent::Renamed { user });
            layer.group_send(&user_group(id), own).await?;
            Ok(())
        });
    }

    fn purge_later(&mut self, ctx: &mut Context<Self>) {
        let purged = self.purge(Timestamp::now());
        send_later(self, ctx, async move {
            let gone = purged.await?.len();
            if gone > 0 {
                log::info!(target: "parlour::chat", "{gone} deleted rooms are gone");
            }
            Ok(())
        });
    }
}
