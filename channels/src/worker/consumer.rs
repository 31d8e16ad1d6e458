//! The consumers of workers: [`WorkerConsumer`].

use std::sync::Arc;

use crate::answer::Deny;
use crate::connection::{Context, Handlers};
use crate::consumer::OnUnknown;
use crate::error::HandlerResult;
use crate::event::{Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

/// The context of a [`WorkerConsumer`]'s handlers.
pub type WorkerContext<C> = Context<Work<C>>;

/// Handles the messages of a channel. Routed to as `Work(MyConsumer { .. })`.
///
/// One value handles one message after another until a handler fails; then it is stopped, and a new
/// one handles the next message. The message at which it failed is lost: there is no retry.
///
/// ```
/// use std::sync::Arc;
/// use channels::routing::ChannelNameRouter;
/// use channels::worker::{Work, Worker, WorkerConsumer, WorkerContext};
/// use channels::{HandlerResult, Layer, Scope};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(tag = "type")]
/// enum Thumbnail {
///     #[serde(rename = "thumbnail.generate")]
///     Generate { image: u64 },
/// }
///
/// struct Thumbnails;
///
/// impl WorkerConsumer for Thumbnails {
///     type Event = Thumbnail;
///
///     async fn event(&mut self, event: Arc<Thumbnail>, ctx: &mut WorkerContext<Self>) -> HandlerResult {
///         let Thumbnail::Generate { image } = &*event;
///         log::info!("{image}, of {:?}", ctx.scope().channel());
///         Ok(())
///     }
/// }
///
/// let router = ChannelNameRouter::new()
///     .channel("thumbnails-generate", |_: &Scope| Work(Thumbnails));
/// let worker = Worker::new(router, &Layer::in_memory()).channels(["thumbnails-generate"]);
/// # let _ = worker;
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a consumer stays on its thread, so no caller needs the futures to be Send"
)]
pub trait WorkerConsumer: Sized + 'static {
    /// The type of the channel's messages; [`DynEvent`](crate::layers::DynEvent) takes any.
    type Event: LayerEvent;

    /// The groups that the consumer is in while it runs: [`event`](Self::event) handles their
    /// events, too.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// Runs before the first message is taken; if it fails, it is retried after a pause.
    async fn start(&mut self, ctx: &mut WorkerContext<Self>) -> HandlerResult {
        let _ = ctx;
        Ok(())
    }

    /// Takes one message.
    async fn event(
        &mut self,
        event: Arc<Self::Event>,
        ctx: &mut WorkerContext<Self>,
    ) -> HandlerResult;

    /// Decides what to do with a message that cannot be decoded as `Event`; dropped by default.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }

    /// Runs last, once for each `start`, also after a handler that failed.
    async fn stop(&mut self, ctx: &mut WorkerContext<Self>) {
        let _ = ctx;
    }
}

/// Makes a [`WorkerConsumer`] the target of a route.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work<C>(pub C);

impl<C: WorkerConsumer> Handlers for Work<C> {
    type Event = C::Event;

    const PROTOCOL: Protocol = Protocol::Channel;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        self.0.groups(scope)
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        Ok(self.0.start(ctx).await?)
    }

    /// A worker's channel has no frames.
    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.event(event, ctx).await
    }

    fn on_unknown(&self) -> OnUnknown {
        self.0.on_unknown()
    }

    async fn disconnect(&mut self, _: Disconnect, ctx: &mut Context<Self>) {
        self.0.stop(ctx).await;
    }
}
