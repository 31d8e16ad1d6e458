//! Store, render, announce, in this order: posts enter in one order, are committed in it and are
//! announced in it, while many of them share a commit.

use std::time::Instant;

use actix::{Addr, prelude::*};
use channels::Layer;
use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::{mpsc, oneshot};

use super::{ChatServer, Usher, presence::Acquainted};
use crate::{
    accounts::UserId,
    chat::{
        delivery::{Announced, Delivery, Health},
        events::{ChatEvent, ConsumerEvent, room_group},
        markup::Markup,
        models::{CalledPeople, EventKind, RoomEvent, RoomId},
        protocol::RoomChange,
    },
    error::{Error, Result},
};

/// Posts whose commits are awaited at the same time; more wait in the writer's queue.
const IN_FLIGHT: usize = 1024;

/// What is committed.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// What happened, in order.
    pub(super) events: Vec<RoomEvent>,
    /// Whether this is the answer to a repeat, which nobody else needs to hear.
    pub(super) repeated: bool,
    /// When a message came, if this is one.
    pub(super) received: Option<Instant>,
    /// Who was in a room that is no more.
    pub(super) emptied: Option<(RoomId, Vec<UserId>)>,
}

/// A change on its way.
pub(super) struct Pending {
    /// Takes its place in the writer's queue before it enters the pipeline.
    pub(super) stored: BoxFuture<'static, Result<(Stored, CalledPeople)>>,
    /// Who waits for the answer.
    pub(super) answer: oneshot::Sender<Result<Vec<RoomChange>>>,
}

/// The entrance of the pipeline; the other end is driven by the actor.
pub(super) type Entrance = mpsc::UnboundedSender<Pending>;

/// Starts the pipeline on the actor's context. Its queue needs no bound of its own: each entry
/// holds a place in the writer's bounded queue.
pub(super) fn start(
    server: &ChatServer,
    ctx: &mut Context<ChatServer>,
    mut posts: mpsc::UnboundedReceiver<Pending>,
) {
    let announcer = Announcer {
        layer: server.layer.clone(),
        markup: server.markup.clone(),
        server: ctx.address(),
        delivery: server.delivery.clone(),
        health: server.health.clone(),
        usher: server.usher.clone(),
    };
    let finished = stream::poll_fn(move |cx| posts.poll_recv(cx))
        .map(|post| async move {
            let stored = post.stored.await;
            (stored.map(|stored| (stored, Instant::now())), post.answer)
        })
        .buffered(IN_FLIGHT)
        .for_each(move |(stored, answer)| {
            let announcer = announcer.clone();
            async move {
                let announced = match stored {
                    Ok((stored, at)) => announcer.announce(stored, at).await,
                    Err(error) => Err(error),
                };
                // A socket that closed meanwhile asks again with the same client_id.
                drop(answer.send(announced));
            }
        });
    ctx.spawn(finished.into_actor(server));
}

#[derive(Clone)]
struct Announcer {
    layer: Layer,
    markup: Markup,
    server: Addr<ChatServer>,
    delivery: Option<Addr<Delivery>>,
    health: Health,
    usher: Usher,
}

impl Announcer {
    async fn announce(
        &self,
        (stored, mut called): (Stored, CalledPeople),
        at: Instant,
    ) -> Result<Vec<RoomChange>> {
        let received = stored.received.filter(|_| !stored.repeated);
        let mut announced = Vec::with_capacity(stored.events.len());
        for event in stored.events {
            let room = event.room;
            if !stored.repeated {
                self.note(&event, received);
            }
            self.open_or_close(&event).await?;
            let mut change = RoomChange::new(event, &self.markup).ok_or(Error::NotFound)?;
            if let RoomChange::MessageCreated(created) = &mut change {
                created.mentions = called.remove(&created.id).unwrap_or_default();
            }
            if !stored.repeated {
                let frame = change.frame();
                let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
                // A socket that is full is cut, and logged, where it is written to.
                self.layer.group_send(&room_group(room), told).await?;
            }
            announced.push(change);
        }
        let (room, gone) = stored.emptied.unwrap_or((RoomId(0), Vec::new()));
        for user in gone {
            self.usher.show_out(room, user).await?;
        }
        if let Some(received) = received {
            self.health
                .announced(at.duration_since(received), received.elapsed());
        }
        Ok(announced)
    }

    /// Whoever comes hears of it as all others do, and whoever goes hears nothing more: their
    /// sockets join and leave the room's group before it is told.
    async fn open_or_close(&self, event: &RoomEvent) -> Result<()> {
        match (event.kind, &event.user) {
            (EventKind::MemberJoined, Some(person)) => {
                self.usher.let_in(event.room, person.id).await
            }
            (EventKind::MemberLeft, Some(person)) => {
                self.usher.show_out(event.room, person.id).await
            }
            _ => Ok(()),
        }
    }

    /// Before the members hear of it, so that no receipt comes first. One that is lost in a full
    /// mailbox is missed by nobody but the statistics.
    fn note(&self, event: &RoomEvent, received: Option<Instant>) {
        let members_changed = matches!(event.kind, EventKind::MemberJoined | EventKind::MemberLeft);
        if let (true, Some(user)) = (members_changed, &event.user) {
            let (room, user) = (event.room, user.id);
            if self.server.try_send(Acquainted { room, user }).is_err() {
                log::debug!(target: "parlour::chat", "new members see each other after a reload");
            }
        }
        let Some(delivery) = &self.delivery else {
            return;
        };
        let announced = Announced {
            room: event.room,
            seq: event.seq,
            post: received.map(|received| (event.actor, received)),
            members_changed,
        };
        if delivery.try_send(announced).is_err() {
            log::debug!(target: "parlour::chat", "a message is not measured");
        }
    }
}
