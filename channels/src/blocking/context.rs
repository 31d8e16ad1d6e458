//! The context of a blocking consumer, usable from any thread.

use std::fmt;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::consumer::{Blocking, BlockingConsumer};
use crate::answer::Accept;
use crate::connection::{Context, TimerId};
use crate::error::{Closed, Error, HandlerResult, SendError};
use crate::event::{CloseCode, Frame};
use crate::layers::{BlockingLayer, Layer, LayerError, LayerEvent, SendReport};
use crate::names::{ChannelName, GroupName};
use crate::scope::Scope;

/// A call that is executed on the connection's own thread.
pub(super) type Order<C> =
    Box<dyn for<'a> FnOnce(&'a mut Context<Blocking<C>>) -> LocalBoxFuture<'a, ()> + Send>;

/// Passed to every handler of a [`BlockingConsumer`]. Each call returns when it is done, in the
/// order of the calls; frames are sent while the handler still runs.
pub struct BlockingContext<C: BlockingConsumer> {
    scope: Scope,
    layer: Layer,
    channel_name: ChannelName,
    orders: mpsc::UnboundedSender<Order<C>>,
}

impl<C: BlockingConsumer> BlockingContext<C> {
    pub(super) fn new(ctx: &Context<Blocking<C>>, orders: mpsc::UnboundedSender<Order<C>>) -> Self {
        Self {
            scope: ctx.scope().clone(),
            layer: ctx.layer().clone(),
            channel_name: ctx.channel_name().clone(),
            orders,
        }
    }

    /// The scope: the data of the connection's handshake.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// As [`Context::keep_headers`].
    pub fn keep_headers(&mut self) {
        // A connection that has cancelled this handler needs no headers.
        let _ = self.order(|ctx| Box::pin(async { ctx.keep_headers() }));
    }

    /// The name under which the layer reaches this one consumer.
    pub fn channel_name(&self) -> &ChannelName {
        &self.channel_name
    }

    /// The channel layer, with blocking calls.
    pub fn layer(&self) -> BlockingLayer<'_> {
        self.layer.blocking()
    }

    /// As [`Context::accept`].
    ///
    /// # Errors
    /// As there.
    pub fn accept(&mut self, accept: Accept) -> Result<(), Error> {
        self.order(|ctx| Box::pin(async { ctx.accept(accept) }))?
    }

    /// As [`Context::send`].
    ///
    /// # Errors
    /// As there, and when the connection has given up this handler.
    pub fn send(&mut self, frame: impl Into<Frame>) -> Result<(), SendError> {
        let frame = frame.into();
        self.order(|ctx| Box::pin(async { ctx.send(frame) }))?
    }

    /// As [`Context::send_json`].
    ///
    /// # Errors
    /// As there.
    pub fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> HandlerResult {
        self.send(serde_json::to_string(value)?)?;
        Ok(())
    }

    /// As [`Context::close`].
    pub fn close(&mut self, code: CloseCode, reason: &str) {
        let reason = reason.to_owned();
        // A connection that has cancelled this handler is closed.
        let _ = self.order(move |ctx| Box::pin(async move { ctx.close(code, &reason) }));
    }

    /// As [`Context::stop`].
    pub fn stop(&mut self) {
        self.close(CloseCode::NORMAL, "");
    }

    /// As [`Context::group_add`].
    ///
    /// # Errors
    /// As there; [`LayerError::UnknownChannel`] if the connection has cancelled this handler.
    pub fn group_add(&mut self, group: &GroupName) -> Result<(), LayerError> {
        let group = group.clone();
        self.order(|ctx| Box::pin(async move { ctx.group_add(&group).await }))
            .unwrap_or_else(|Closed| Err(LayerError::UnknownChannel(self.channel_name.clone())))
    }

    /// As [`Context::group_discard`].
    ///
    /// # Errors
    /// As there.
    pub fn group_discard(&mut self, group: &GroupName) -> Result<(), LayerError> {
        let group = group.clone();
        // A connection that has cancelled this handler leaves all of them.
        self.order(|ctx| Box::pin(async move { ctx.group_discard(&group).await }))
            .unwrap_or(Ok(()))
    }

    /// As [`Context::group_send`].
    ///
    /// # Errors
    /// As there.
    pub fn group_send(
        &self,
        group: &GroupName,
        event: impl LayerEvent,
    ) -> Result<SendReport, LayerError> {
        self.layer.blocking().group_send(group, event)
    }

    /// As [`Context::notify_later`].
    ///
    /// # Errors
    /// [`Closed`] when the connection has given up this handler.
    pub fn notify_later(&mut self, after: Duration, event: C::Event) -> Result<TimerId, Closed> {
        self.order(move |ctx| Box::pin(async move { ctx.notify_later(after, event) }))
    }

    /// As [`Context::notify_interval`].
    ///
    /// # Errors
    /// [`Closed`] when the connection has given up this handler.
    pub fn notify_interval(
        &mut self,
        every: Duration,
        event: impl Fn() -> C::Event + Send + 'static,
    ) -> Result<TimerId, Closed> {
        self.order(move |ctx| Box::pin(async move { ctx.notify_interval(every, event) }))
    }

    /// As [`Context::cancel`].
    pub fn cancel(&mut self, timer: TimerId) {
        // A connection that has cancelled this handler has no timers.
        let _ = self.order(move |ctx| Box::pin(async move { ctx.cancel(timer) }));
    }

    /// Executes a call on the connection's thread, and waits until it is done.
    fn order<T: Send + 'static>(
        &self,
        what: impl for<'a> FnOnce(&'a mut Context<Blocking<C>>) -> LocalBoxFuture<'a, T>
        + Send
        + 'static,
    ) -> Result<T, Closed> {
        let (done, result) = oneshot::channel();
        let order: Order<C> = Box::new(move |ctx| {
            Box::pin(async move {
                // The handler waits for the result.
                let _ = done.send(what(ctx).await);
            })
        });
        self.orders.send(order).map_err(|_gone| Closed)?;
        result.blocking_recv().map_err(|_gone| Closed)
    }
}

impl<C: BlockingConsumer> fmt::Debug for BlockingContext<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingContext")
            .field("scope", &self.scope)
            .field("channel_name", &self.channel_name)
            .finish_non_exhaustive()
    }
}
