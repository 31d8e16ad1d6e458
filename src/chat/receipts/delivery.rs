//! Delivery receipts: one actor per process, started by `parts.rs`, that tracks which devices have
//! received which events, and how long that took. Consumers report receipts, the announcer reports
//! messages. Delivery cursors are saved some seconds later (write-behind), because a browser that
//! reconnects sends its cursor again.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use actix::prelude::*;
use channels::Layer;
use channels::actor::subscribe;
use channels::layers::LayerMessage;
use tokio::sync::oneshot;

use super::{
    health::Health,
    models::Receivers,
    positions::{Posts, Receipts},
    protocol::{Delivered, ServerEvent},
};
use crate::{
    accounts::UserId,
    chat::{
        layer::{frame, send_later, tell_people},
        rooms::RoomId,
    },
    db::Database,
    error::Result as AppResult,
    friends::{FriendshipEvent, friendship_group},
};

/// The capacity of the mailbox. Receipts beyond it are lost, but the next receipt includes them.
const MAILBOX: usize = 4096;
/// The debounce time in which receipts of one room are coalesced into one event.
const TELL_AFTER: Duration = Duration::from_millis(50);
/// The delay in which changed cursors are coalesced into one write.
const SAVE_AFTER: Duration = Duration::from_secs(5);
/// The maximum latency that is measured. A slower delivery waited for a device, not for the server.
const SLOWEST: Duration = Duration::from_secs(60);
/// How long an idle room stays in the cache.
const FORGET_AFTER: Duration = Duration::from_secs(600);
/// The maximum number of receipts that wait for one room to be loaded.
const WAITING: usize = 64;

/// The delivery cursors of all rooms in use, as a cache of the database.
pub struct Delivery {
    database: Database,
    layer: Layer,
    health: Health,
    rooms: HashMap<RoomId, Tracked>,
    unsaved: HashMap<UserId, HashMap<RoomId, i64>>,
    unannounced: HashSet<RoomId>,
    is_saving: bool,
}

struct Tracked {
    people: People,
    /// The cache generation. It increases when a loaded value may be out of date, so that a load
    /// that started before is not used.
    generation: u64,
    posts: Posts,
    /// Authors to notify of the coalesced receipts.
    unannounced: HashSet<UserId>,
    used: Instant,
}

enum People {
    Unknown,
    Loading(Vec<Waiting>),
    /// A room with too many members to track.
    Many,
    Few(Receipts),
}

enum Waiting {
    Receipt(Received, Instant),
    Question(UserId, oneshot::Sender<Option<Delivered>>),
}

impl Delivery {
    /// Returns an actor that is not started yet.
    pub fn new(database: Database, layer: Layer, health: Health) -> Self {
        Self {
            database,
            layer,
            health,
            rooms: HashMap::new(),
            unsaved: HashMap::new(),
            unannounced: HashSet::new(),
            is_saving: false,
        }
    }

    fn tracked(&mut self, room: RoomId) -> &mut Tracked {
        let tracked = self.rooms.entry(room).or_insert_with(|| Tracked {
            people: People::Unknown,
            generation: 0,
            posts: Posts::default(),
            unannounced: HashSet::new(),
            used: Instant::now(),
        });
        tracked.used = Instant::now();
        tracked
    }

    /// Loads the members of `room` into the cache, and then processes `waiting`.
    fn load(&mut self, ctx: &mut Context<Self>, room: RoomId, waiting: Option<Waiting>) {
        let tracked = self.tracked(room);
        if let People::Loading(line) = &mut tracked.people {
            if line.len() < WAITING {
                line.extend(waiting);
            }
            return;
        }
        tracked.people = People::Loading(waiting.into_iter().collect());
        self.read(ctx, room);
    }

    fn read(&mut self, ctx: &mut Context<Self>, room: RoomId) {
        let generation = self.tracked(room).generation;
        let read = self.database.clone();
        let read = async move { read.read(move |conn| Receivers::of(conn, room)).await };
        let read = read.into_actor(self);
        ctx.spawn(read.map(move |read, server, ctx| {
            if server.tracked(room).generation == generation {
                server.loaded(ctx, room, read);
            } else {
                server.read(ctx, room);
            }
        }));
    }

    fn loaded(
        &mut self,
        ctx: &mut Context<Self>,
        room: RoomId,
        read: AppResult<Option<Receivers>>,
    ) {
        let people = match read {
            Ok(Some(receivers)) => People::Few(self.receipts(room, receivers)),
            Ok(None) => People::Many,
            Err(error) => {
                log::debug!(target: "parlour::chat", "the receipts of a room were not loaded: \
                    {error}");
                People::Unknown
            }
        };
        let before = std::mem::replace(&mut self.tracked(room).people, people);
        let People::Loading(waiting) = before else {
            return;
        };
        for waiting in waiting {
            match waiting {
                Waiting::Receipt(receipt, at) => self.take(ctx, &receipt, at),
                // The caller may have disconnected.
                Waiting::Question(user, answer) => drop(answer.send(self.seen_by(room, user))),
            }
        }
    }

    fn receipts(&self, room: RoomId, receivers: Receivers) -> Receipts {
        let unsaved = |user: &UserId| {
            let of_user = self.unsaved.get(user)?;
            of_user.get(&room).copied()
        };
        let position = |(user, seq): (UserId, i64)| (user, unsaved(&user).unwrap_or(0).max(seq));
        let hidden = receivers.hidden.into_iter();
        Receipts {
            positions: receivers.positions.into_iter().map(position).collect(),
            hidden: hidden.flat_map(|(a, b)| [(a, b), (b, a)]).collect(),
            last_seq: receivers.last_seq,
        }
    }

    fn seen_by(&self, room: RoomId, viewer: UserId) -> Option<Delivered> {
        match &self.rooms.get(&room)?.people {
            People::Few(receipts) => receipts.seen_by(viewer),
            People::Unknown | People::Loading(_) | People::Many => None,
        }
    }

    /// Invalidates the cache entry of the room, which is loaded again when it is needed.
    fn invalidate(&mut self, room: RoomId) {
        if let Some(tracked) = self.rooms.get_mut(&room) {
            tracked.generation += 1;
            if !matches!(tracked.people, People::Loading(_)) {
                tracked.people = People::Unknown;
            }
        }
    }

    /// Processes a receipt for a room that is loaded.
    fn take(&mut self, ctx: &mut Context<Self>, receipt: &Received, at: Instant) {
        let Received {
            room,
            user,
            from,
            to,
            waited,
        } = *receipt;
        let tracked = self.tracked(room);
        let People::Few(receipts) = &mut tracked.people else {
            return;
        };
        let Some((old, new)) = receipts.advance(user, from, to) else {
            return;
        };
        let everybody = || receipts.positions.keys().copied().collect();
        let mut authors = (tracked.posts.authors(old, new)).unwrap_or_else(everybody);
        // Skip authors who may not see the receiver. Even an empty event would reveal the receipt
        // to them.
        authors.retain(|author| *author != user && receipts.shows(*author, user));
        tracked.unannounced.extend(authors);
        let came = tracked.posts.measure(user, old, new);
        if let Some((came, waited)) = came.zip(waited) {
            let took = at.duration_since(came);
            if took < SLOWEST {
                self.health.delivered(room, took.saturating_sub(waited));
            }
        }
        self.unsaved.entry(user).or_default().insert(room, new);
        self.save_later(ctx);
        self.tell_later(ctx, room);
    }

    fn tell_later(&mut self, ctx: &mut Context<Self>, room: RoomId) {
        if self.unannounced.is_empty() {
            ctx.run_later(TELL_AFTER, |server, ctx| server.tell(ctx));
        }
        self.unannounced.insert(room);
    }

    fn tell(&mut self, ctx: &mut Context<Self>) {
        let mut news = Vec::new();
        for room in std::mem::take(&mut self.unannounced) {
            if matches!(
                self.tracked(room).people,
                People::Unknown | People::Loading(_)
            ) {
                self.load(ctx, room, None);
                self.tell_later(ctx, room);
                continue;
            }
            let authors = std::mem::take(&mut self.tracked(room).unannounced);
            for author in authors {
                if let Some(delivered) = self.seen_by(room, author) {
                    news.push((author, ServerEvent::Delivered { room, delivered }));
                }
            }
        }
        let layer = self.layer.clone();
        send_later(self, ctx, async move {
            for (author, event) in news {
                tell_people(&layer, [author], frame(&event)).await?;
            }
            Ok(())
        });
    }

    fn save_later(&mut self, ctx: &mut Context<Self>) {
        if !self.is_saving {
            self.is_saving = true;
            ctx.run_later(SAVE_AFTER, |server, ctx| {
                let saved = server.save();
                ctx.spawn(saved);
            });
        }
    }

    /// Saves changed cursors. Receipts that arrive meanwhile are saved the next time.
    fn save(&mut self) -> ResponseActFuture<Self, ()> {
        let rows: Vec<(RoomId, UserId, i64)> = (self.unsaved.iter())
            .flat_map(|(user, rooms)| rooms.iter().map(|(room, seq)| (*room, *user, *seq)))
            .collect();
        let written = rows.clone();
        let database = self.database.clone();
        let write = async move {
            let write = move |conn: &mut _| Ok(Receivers::save(conn, &written)?);
            database.write(write).await
        };
        Box::pin(write.into_actor(self).map(move |result, server, ctx| {
            server.is_saving = false;
            match result {
                Ok(()) => server.saved(&rows),
                Err(error) => log::warn!(target: "parlour::chat", "receipts were not saved: \
                    {error}"),
            }
            if !server.unsaved.is_empty() {
                server.save_later(ctx);
            }
        }))
    }

    fn saved(&mut self, rows: &[(RoomId, UserId, i64)]) {
        for (room, user, seq) in rows {
            if let Some(rooms) = self.unsaved.get_mut(user) {
                rooms.retain(|known, newer| known != room || *newer > *seq);
            }
        }
        self.unsaved.retain(|_, rooms| !rooms.is_empty());
    }

    fn forget_quiet_rooms(&mut self) {
        let unannounced = &self.unannounced;
        self.rooms.retain(|room, tracked| {
            let is_loading = matches!(tracked.people, People::Loading(_));
            tracked.used.elapsed() < FORGET_AFTER || is_loading || unannounced.contains(room)
        });
    }
}

impl Actor for Delivery {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_interval(FORGET_AFTER, |server, _| server.forget_quiet_rooms());
        subscribe(self, ctx, &self.layer, [friendship_group()]);
    }
}

impl StreamHandler<LayerMessage> for Delivery {
    fn handle(&mut self, message: LayerMessage, _: &mut Self::Context) {
        let Ok(event) = message.decode::<FriendshipEvent>() else {
            return;
        };
        let (a, b) = event.pair();
        let of_both = |tracked: &Tracked| match &tracked.people {
            People::Few(receipts) => {
                receipts.positions.contains_key(&a) && receipts.positions.contains_key(&b)
            }
            People::Loading(_) => true,
            People::Unknown | People::Many => false,
        };
        let invalid = self.rooms.iter().filter(|(_, tracked)| of_both(tracked));
        let invalid: Vec<RoomId> = invalid.map(|(room, _)| *room).collect();
        for room in invalid {
            self.invalidate(room);
        }
    }
}

/// A receipt: a device of `user` has all events `from` to `to` of `room`.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct Received {
    /// The room.
    pub room: RoomId,
    /// The owner of the device.
    pub user: UserId,
    /// The first event.
    pub from: i64,
    /// The last event.
    pub to: i64,
    /// How long the browser held the receipt back to coalesce it. `None` if the events were not
    /// live.
    pub waited: Option<Duration>,
}

impl Handler<Received> for Delivery {
    type Result = ();

    fn handle(&mut self, receipt: Received, ctx: &mut Self::Context) {
        let now = Instant::now();
        let tracked = self.tracked(receipt.room);
        let is_known = match &tracked.people {
            People::Many => return,
            // Reports of events can be lost in a full mailbox. For a receipt past the last known
            // event, load the room again.
            People::Few(receipts) => receipt.to <= receipts.last_seq,
            People::Unknown | People::Loading(_) => false,
        };
        if is_known {
            self.take(ctx, &receipt, now);
        } else {
            let room = receipt.room;
            self.load(ctx, room, Some(Waiting::Receipt(receipt, now)));
        }
    }
}

/// Reports an event that is about to be announced.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Announced {
    /// The room.
    pub room: RoomId,
    /// The number of the event.
    pub seq: i64,
    /// For a message: its author, and when the server received it.
    pub post: Option<(UserId, Instant)>,
    /// Whether the event changed the members of the room.
    pub members_changed: bool,
}

impl Handler<Announced> for Delivery {
    type Result = ();

    fn handle(&mut self, event: Announced, _: &mut Self::Context) {
        if event.members_changed {
            return self.invalidate(event.room);
        }
        let tracked = self.tracked(event.room);
        if let People::Few(receipts) = &mut tracked.people {
            receipts.last_seq = receipts.last_seq.max(event.seq);
        }
        if let Some((author, received)) = event.post
            && !matches!(tracked.people, People::Many)
        {
            tracked.posts.note(event.seq, author, received);
        }
    }
}

/// Asks which receipts in `room` the person `user` may see. The answer is empty for large rooms and
/// for outsiders.
#[derive(Debug, Message)]
#[rtype(result = "Option<Delivered>")]
pub struct WhoReceived {
    /// The room.
    pub room: RoomId,
    /// The person who asks.
    pub user: UserId,
}

impl Handler<WhoReceived> for Delivery {
    type Result = ResponseFuture<Option<Delivered>>;

    fn handle(&mut self, question: WhoReceived, ctx: &mut Self::Context) -> Self::Result {
        let WhoReceived { room, user } = question;
        let (answer, answered) = oneshot::channel();
        match &self.tracked(room).people {
            People::Many | People::Few(_) => drop(answer.send(self.seen_by(room, user))),
            People::Unknown | People::Loading(_) => {
                self.load(ctx, room, Some(Waiting::Question(user, answer)));
            }
        }
        Box::pin(async move { answered.await.ok().flatten() })
    }
}

/// Asks for cursors of `user` that are not saved yet.
#[derive(Debug, Message)]
#[rtype(result = "HashMap<RoomId, i64>")]
pub struct Unsaved {
    /// The owner of the cursors.
    pub user: UserId,
}

impl Handler<Unsaved> for Delivery {
    type Result = MessageResult<Unsaved>;

    fn handle(&mut self, question: Unsaved, _: &mut Self::Context) -> Self::Result {
        let unsaved = self.unsaved.get(&question.user);
        MessageResult(unsaved.cloned().unwrap_or_default())
    }
}

/// Saves all changed cursors now, because the process is about to end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Save;

impl Handler<Save> for Delivery {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Save, _: &mut Self::Context) -> Self::Result {
        self.save()
    }
}
