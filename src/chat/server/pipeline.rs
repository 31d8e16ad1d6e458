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
        models::Posted,
        protocol::{MessageCreated, ServerEvent},
        view::MessageView,
    },
    error::Result,
};

/// Posts whose commits are awaited at the same time; more wait in the writer's queue.
const IN_FLIGHT: usize = 1024;

/// A message that is stored and announced.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// As the page shows it.
    pub view: MessageView,
    /// Its markup.
    pub html: String,
}

/// A post on its way.
pub(super) struct Pending {
    /// Takes its place in the writer's queue before it enters the pipeline.
    pub(super) stored: BoxFuture<'static, Result<Posted>>,
    /// Who waits for the answer.
    pub(super) answer: oneshot::Sender<Result<Accepted>>,
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
                    Ok(posted) => announcer.announce(posted).await,
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
    async fn announce(&self, posted: Posted) -> Result<Accepted> {
        let view = MessageView::new(posted.message);
        let html = view.render(&self.markup);
        if !posted.repeated {
            let created = MessageCreated::new(&view, html.clone());
            let frame = ServerEvent::MessageCreated(created).frame();
            let event = ConsumerEvent::Chat(ChatEvent::Told { frame });
            // A socket that is full is cut, and logged, where it is written to.
            self.layer.group_send(&room_group(view.room), event).await?;
        }
        Ok(Accepted { view, html })
    }
}
