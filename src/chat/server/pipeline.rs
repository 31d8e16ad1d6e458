//! Store, render, announce, in this order: posts enter in one order, are committed in it and are
//! announced in it, while many of them share a commit.

use actix::prelude::*;
use channels::Layer;
use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::{mpsc, oneshot};

use super::ChatServer;
use crate::{
    chat::{
        events::{ChatEvent, ConsumerEvent, room_group},
        markup::Markup,
        models::{Called, RoomEvent},
        protocol::RoomChange,
    },
    error::{Error, Result},
};

/// Posts whose commits are awaited at the same time; more wait in the writer's queue.
const IN_FLIGHT: usize = 1024;

/// What is committed.
#[derive(Debug)]
pub(super) struct Stored {
    /// What happened, in order.
    pub(super) events: Vec<RoomEvent>,
    /// Whether this is the answer to a repeat, which nobody else needs to hear.
    pub(super) repeated: bool,
}

/// A change on its way.
pub(super) struct Pending {
    /// Takes its place in the writer's queue before it enters the pipeline.
    pub(super) stored: BoxFuture<'static, Result<(Stored, Called)>>,
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
    };
    let finished = stream::poll_fn(move |cx| posts.poll_recv(cx))
        .map(|post| async move { (post.stored.await, post.answer) })
        .buffered(IN_FLIGHT)
        .for_each(move |(stored, answer)| {
            let announcer = announcer.clone();
            async move {
                let announced = match stored {
                    Ok((stored, called)) => announcer.announce(stored, called).await,
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
}

impl Announcer {
    async fn announce(&self, stored: Stored, mut called: Called) -> Result<Vec<RoomChange>> {
        let mut announced = Vec::with_capacity(stored.events.len());
        for event in stored.events {
            let room = event.room;
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
        Ok(announced)
    }
}
