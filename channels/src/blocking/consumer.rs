//! [`BlockingConsumer`]: the behaviour of one connection in functions that may block.
//!
//! Source: channels/generic/websocket.py, `WebsocketConsumer`.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::context::{BlockingContext, Order};
use super::pool::BlockingPool;
use super::strand::Strand;
use crate::answer::{Accept, Deny};
use crate::connection::Context;
use crate::consumer::WebsocketConsumer;
use crate::error::{Closed, HandlerResult};
use crate::event::{Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::Scope;

/// The behaviour of one connection whose handlers may block. Routed to as
/// `Blocking::new(MyConsumer { .. })`.
///
/// It has the lifecycle of a [`WebsocketConsumer`]. Each handler runs on a thread of a
/// [`BlockingPool`], in order for one connection and at the same time for different ones. A slow
/// handler delays neither pings nor the Close of its own connection. `disconnect` runs exactly
/// once, after a handler that is still running.
///
/// ```
/// use channels::blocking::{Blocking, BlockingConsumer, BlockingContext};
/// use channels::{Frame, HandlerResult, Scope, URLRouter};
///
/// struct Files;
///
/// impl BlockingConsumer for Files {
///     type Event = ();
///     fn receive(&mut self, frame: Frame, ctx: &mut BlockingContext<Self>) -> HandlerResult {
///         let size = std::fs::metadata(frame.as_text().unwrap_or_default())?.len();
///         Ok(ctx.send(size.to_string())?)
///     }
/// }
///
/// let app = URLRouter::new().path("ws/files/", |_: &Scope| Blocking::new(Files));
/// # let _ = app;
/// ```
pub trait BlockingConsumer: Sized + Send + 'static {
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `connect` until before `disconnect`. Must not
    /// block.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// Decides on the handshake, as [`WebsocketConsumer::connect`].
    ///
    /// # Errors
    /// What refuses it.
    fn connect(&mut self, ctx: &mut BlockingContext<Self>) -> Result<(), Deny> {
        ctx.accept(Accept::new())?;
        Ok(())
    }

    /// Handles one complete message of the client.
    ///
    /// # Errors
    /// Whatever closes the connection with 1011.
    fn receive(&mut self, frame: Frame, ctx: &mut BlockingContext<Self>) -> HandlerResult;

    /// Handles one event of the layer or a timer.
    ///
    /// # Errors
    /// Whatever closes the connection with 1011.
    fn event(&mut self, event: Arc<Self::Event>, ctx: &mut BlockingContext<Self>) -> HandlerResult {
        let _ = (event, ctx);
        let consumer = std::any::type_name::<Self>();
        log::warn!(target: "channels::consumer", "{consumer} has no `event`; one was dropped");
        Ok(())
    }

    /// Returns the frame to send for an event that no consumer of this type has to handle, as
    /// [`WebsocketConsumer::forward`]. It does not run on the pool, so it must not block.
    fn forward(event: &Self::Event) -> Option<Frame> {
        let _ = event;
        None
    }

    /// Runs at the end of the connection, as [`WebsocketConsumer::disconnect`].
    fn disconnect(&mut self, why: Disconnect, ctx: &mut BlockingContext<Self>) {
        let _ = (why, ctx);
    }
}

/// Makes a [`WebsocketConsumer`] of a [`BlockingConsumer`].
pub struct Blocking<C>(Arc<Strand<C>>);

impl<C: BlockingConsumer> Blocking<C> {
    /// A consumer on the [shared pool](BlockingPool::shared).
    pub fn new(consumer: C) -> Self {
        Self::on(&BlockingPool::shared(), consumer)
    }

    /// A consumer on the given pool.
    pub fn on(pool: &BlockingPool, consumer: C) -> Self {
        Self(Strand::new(consumer, pool.clone()))
    }

    /// Runs one handler on the pool, and its calls of the context here. A cancelled handler finds
    /// its connection closed.
    async fn run<T: Send + 'static>(
        &self,
        ctx: &mut Context<Self>,
        handler: impl FnOnce(&mut C, &mut BlockingContext<C>) -> T + Send + 'static,
    ) -> Result<T, Closed> {
        let (orders, mut ordered) = mpsc::unbounded_channel::<Order<C>>();
        let mut context = BlockingContext::new(ctx, orders);
        let (done, mut result) = oneshot::channel();
        self.0.push(Box::new(move |consumer| {
            let handler = AssertUnwindSafe(|| handler(consumer, &mut context));
            // The connection may have cancelled this handler.
            let _ = done.send(catch_unwind(handler));
        }));
        loop {
            tokio::select! {
                biased;
                Some(order) = ordered.recv() => order(ctx).await,
                finished = &mut result => match finished {
                    Ok(Ok(value)) => return Ok(value),
                    Ok(Err(payload)) => resume_unwind(payload),
                    // The pool did not run it, because the process ends.
                    Err(_) => return Err(Closed),
                },
            }
        }
    }
}

impl<C: BlockingConsumer> WebsocketConsumer for Blocking<C> {
    type Event = C::Event;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let groups = self.0.look(|consumer| consumer.groups(scope));
        groups.unwrap_or_default()
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        self.run(ctx, |consumer, ctx| consumer.connect(ctx)).await?
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        self.run(ctx, |consumer, ctx| consumer.receive(frame, ctx))
            .await?
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.run(ctx, |consumer, ctx| consumer.event(event, ctx))
            .await?
    }

    fn forward(event: &C::Event) -> Option<Frame> {
        C::forward(event)
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        // It runs to its end even if this future is dropped.
        let _ = self
            .run(ctx, |consumer, ctx| consumer.disconnect(why, ctx))
            .await;
    }
}

impl<C> fmt::Debug for Blocking<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}
