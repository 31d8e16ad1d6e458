//! A consumer with its context, behind a trait without generics.
//!
//! Each handler call is a future that owns the session and gives it back with its outcome, so
//! that at most one runs, and that a panic or a cancelled handler does not lose the consumer.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use futures_util::future::LocalBoxFuture;

use super::context::Context;
use super::link::Link;
use super::timers::Due;
use crate::answer::Deny;
use crate::consumer::{Consumer, OnUnknown};
use crate::error::{HandlerError, HandlerResult, WithSources};
use crate::event::{Disconnect, Frame};
use crate::layers::{Forwarder, Layer, LayerMessage};
use crate::names::ChannelName;
use crate::observe;
use crate::scope::Scope;
use crate::sessions::save_at_the_end;

/// One call of a handler; resolves to the session and how the call went.
pub(crate) type Turn = LocalBoxFuture<'static, (Box<dyn Connection>, Outcome)>;

/// How a handler call went.
pub(crate) enum Outcome {
    Done,
    Denied(Deny),
    Failed(HandlerError),
    Panicked(String),
    /// It did not come to its end in the time that it had.
    Cancelled,
}

/// A consumer of any type at its connection.
pub(crate) trait Connection {
    fn connect(self: Box<Self>) -> Turn;
    fn receive(self: Box<Self>, frame: Frame) -> Turn;
    /// A message from the layer or a timer.
    fn deliver(self: Box<Self>, message: LayerMessage) -> Turn;
    /// Drops all tasks, leaves all groups, then tells the consumer.
    fn disconnect(self: Box<Self>, why: Disconnect) -> Turn;
    /// The deadline that the consumer's kind had set.
    fn time_out(self: Box<Self>) -> Turn;
    /// How messages get past the consumer; nothing while it must see all of them.
    fn forwarder(&self) -> Option<&'static Forwarder>;
    /// What its own timers and tasks have for the consumer.
    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due>;
    /// Looks at it, which brings it near.
    fn look(&self);
}

pub(crate) struct Session<C: Consumer> {
    consumer: C,
    context: Context<C>,
}

impl<C: Consumer> Session<C> {
    pub(crate) fn new(
        consumer: C,
        scope: Scope,
        layer: Layer,
        channel_name: ChannelName,
        link: Rc<Link>,
    ) -> Self {
        Self {
            consumer,
            context: Context::new(scope, layer, channel_name, link),
        }
    }

    async fn join_and_connect(&mut self) -> Result<(), Deny> {
        for group in self.consumer.groups(self.context.scope()) {
            self.context.group_add(&group).await?;
        }
        self.consumer.connect(&mut self.context).await
    }

    async fn decode_and_deliver(&mut self, message: LayerMessage) -> Result<(), HandlerError> {
        match (message.decode_or_count(), self.consumer.on_unknown()) {
            (Ok(event), _) => self.consumer.event(event, &mut self.context).await,
            (Err(mismatch), OnUnknown::Error) => Err(mismatch.into()),
            (Err(mismatch), OnUnknown::Ignore) => {
                let mismatch = WithSources(&mismatch);
                log::info!(target: "channels::layers", "event ignored: {mismatch}");
                Ok(())
            }
        }
    }

    fn link(&self) -> Rc<Link> {
        Rc::clone(self.context.link())
    }
}

impl<C: Consumer> Connection for Session<C> {
    fn connect(mut self: Box<Self>) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let outcome = match called(&link, "connect", self.join_and_connect()).await {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(deny)) => {
                    if deny.cause.as_ref().is_some_and(|cause| !cause.is_closed()) {
                        observe::handler_failed("connect", "error");
                    }
                    Outcome::Denied(deny)
                }
                Err(interrupted) => interrupted,
            };
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn receive(mut self: Box<Self>, frame: Frame) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let handler = self.consumer.receive(frame, &mut self.context);
            let outcome = settled(&link, "receive", handler).await;
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn deliver(mut self: Box<Self>, message: LayerMessage) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let outcome = settled(&link, "event", self.decode_and_deliver(message)).await;
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn disconnect(mut self: Box<Self>, why: Disconnect) -> Turn {
        Box::pin(async move {
            let link = self.link();
            self.context.cancel_tasks();
            if guarded(&link, self.context.leave_all()).await.is_err() {
                log::warn!(target: "channels::consumer", "leaving the groups took too long");
            }
            let handler = self.consumer.disconnect(why, &mut self.context);
            let outcome = match called(&link, "disconnect", handler).await {
                Ok(()) => Outcome::Done,
                Err(interrupted) => interrupted,
            };
            if guarded(&link, save_at_the_end(self.context.scope()))
                .await
                .is_err()
            {
                log::warn!(target: "channels::sessions", "saving a session took too long");
            }
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn time_out(mut self: Box<Self>) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let handler = self.consumer.timed_out(&mut self.context);
            let outcome = settled(&link, "event", handler).await;
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn forwarder(&self) -> Option<&'static Forwarder> {
        Some(Forwarder::of::<C>())
    }

    fn look(&self) {
        std::hint::black_box(self.context.link().queued_bytes());
    }

    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due> {
        self.context.poll_due(cx)
    }
}

/// How a call of a handler went that can fail.
async fn settled(
    link: &Link,
    name: &'static str,
    handler: impl Future<Output = HandlerResult>,
) -> Outcome {
    match called(link, name, handler).await {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(failure)) => {
            // Noticing the end of the connection by a failed send is no failure.
            if !(failure.is_closed() && link.is_closing()) {
                observe::handler_failed(name, "error");
            }
            Outcome::Failed(failure)
        }
        Err(interrupted) => interrupted,
    }
}

/// Calls a handler, with its time and its end measured.
async fn called<T>(
    link: &Link,
    name: &'static str,
    handler: impl Future<Output = T>,
) -> Result<T, Outcome> {
    let _running = observe::Running::begin(name);
    let result = guarded(link, handler).await;
    match &result {
        Err(Outcome::Panicked(_)) => observe::handler_failed(name, "panic"),
        Err(_) => observe::handler_failed(name, "cancelled"),
        Ok(_) => {}
    }
    result
}

/// Runs a handler so that neither its panic nor its endlessness takes the connection along.
pub(crate) async fn guarded<T>(
    link: &Link,
    handler: impl Future<Output = T>,
) -> Result<T, Outcome> {
    let mut handler = pin!(handler);
    poll_fn(|cx| {
        if link.take_cancel() {
            return Poll::Ready(Err(Outcome::Cancelled));
        }
        // The consumer may be in a half-done state afterwards; it only gets its `disconnect`.
        match catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(Outcome::Panicked(panic_text(&*payload)))),
        }
    })
    .await
}

pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}
