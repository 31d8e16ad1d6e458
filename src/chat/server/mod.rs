//! One actor per process, started by `lib.rs`. Consumers and views send to it. It owns who is
//! here (`presence`) and who types (`typing`), and the one pipeline through which messages are
//! stored and announced (`posting`, `pipeline`), with another one for read positions (`reading`). Neither knows a consumer: what it says goes to
//! groups.

mod changing;
mod expressing;
mod pipeline;
mod posting;
mod presence;
mod purging;
mod reading;
mod typing;
mod ushering;

use std::{collections::HashMap, sync::Arc};

use actix::prelude::*;
use channels::{Layer, LayerMessage};
use tokio::sync::mpsc;

use super::{
    delivery::{Delivery, Health},
    hearing::listen,
    markup::Markup,
    models::{Room, RoomId},
};
use crate::{
    accounts::UserId,
    config::Limits as Settings,
    db::Database,
    error::Result,
    friends::{FriendshipEvent, friendship_group},
    preferences::{SwitchEvent, switch_group},
    security::Limits,
};
pub(super) use changing::ChangeRoom;
pub(super) use expressing::{ChangeMessage, MessageChange};
pub(super) use posting::{NotPosted, PostMessage};
pub use presence::PresenceState;
pub(super) use presence::{SetPresence, WhoIsHere};
pub(super) use purging::PurgeRooms;
pub(super) use reading::MoveReading;
pub(super) use typing::Typing;
use ushering::Usher;
pub(super) use ushering::{Delist, Enlist};

/// Questions that may wait; askers wait with them.
const MAILBOX: usize = 1024;

/// Live state of all rooms.
pub struct ChatServer {
    database: Database,
    layer: Layer,
    markup: Markup,
    limits: Limits,
    settings: Arc<Settings>,
    delivery: Option<Addr<Delivery>>,
    health: Health,
    pipeline: Option<pipeline::Entrance>,
    readings: Option<reading::Entrance>,
    here: HashMap<UserId, presence::Presence>,
    /// What runs for those who are less here than is shown.
    falling: HashMap<UserId, SpawnHandle>,
    usher: Usher,
    typing: HashMap<(RoomId, UserId), typing::Mark>,
    stopping: bool,
}

impl ChatServer {
    /// A server that has not started.
    pub fn new(
        database: Database,
        layer: Layer,
        markup: Markup,
        limits: Limits,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            database,
            usher: Usher::new(layer.clone()),
            layer,
            markup,
            limits,
            settings,
            delivery: None,
            health: Health::default(),
            pipeline: None,
            readings: None,
            here: HashMap::new(),
            falling: HashMap::new(),
            typing: HashMap::new(),
            stopping: false,
        }
    }

    /// Tells what is announced to whoever keeps the receipts, and measures how long it took.
    #[must_use]
    pub fn watched_by(self, delivery: Addr<Delivery>, health: Health) -> Self {
        Self {
            delivery: Some(delivery),
            health,
            ..self
        }
    }

    fn tell_later(
        &self,
        ctx: &mut Context<Self>,
        told: impl Future<Output = Result<()>> + 'static,
    ) {
        let told = async move {
            if let Err(error) = told.await {
                log::error!(target: "parlour::chat", "an announcement failed: {error}");
            }
        };
        ctx.spawn(told.into_actor(self));
    }
}

impl Actor for ChatServer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        let (entrance, posts) = mpsc::unbounded_channel();
        self.pipeline = Some(entrance);
        pipeline::start(self, ctx, posts);
        purging::start(ctx);
        let (entrance, moves) = mpsc::unbounded_channel();
        self.readings = Some(entrance);
        reading::start(self, ctx, moves);
        listen(self, ctx, &self.layer, [friendship_group(), switch_group()]);
    }
}

/// Take no more messages; the process is about to end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

impl Handler<Stop> for ChatServer {
    type Result = ();

    fn handle(&mut self, _: Stop, _: &mut Self::Context) {
        self.stopping = true;
    }
}

impl StreamHandler<LayerMessage> for ChatServer {
    fn handle(&mut self, message: LayerMessage, ctx: &mut Self::Context) {
        if let Ok(SwitchEvent::Seen { user }) = message.decode::<SwitchEvent>().as_deref() {
            return self.tell_seen_changed(ctx, *user);
        }
        match message.decode::<FriendshipEvent>().as_deref() {
            Ok(FriendshipEvent::Begun { a, b }) => self.open_direct(ctx, *a, *b),
            Ok(FriendshipEvent::Ended { a, b } | FriendshipEvent::Blocked { a, b }) => {
                self.tell_each_other(ctx, *a, vec![*b]);
                self.tell_ask_seen(ctx, vec![*a, *b]);
            }
            Err(error) => log::warn!(target: "parlour::chat", "not understood: {error}"),
        }
    }
}

impl ChatServer {
    fn open_direct(&self, ctx: &mut Context<Self>, a: UserId, b: UserId) {
        self.tell_each_other(ctx, a, vec![b]);
        let database = self.database.clone();
        let usher = self.usher.clone();
        self.tell_later(ctx, async move {
            let opened = database
                .write(move |conn| Ok(Room::open_direct(conn, a, b)?))
                .await?;
            let room = opened.0.id;
            for user in [a, b] {
                usher.let_in(room, user).await?;
            }
            Ok(())
        });
    }
}
