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
use crate::consumer::Consumer;
use crate::error::HandlerError;
use crate::event::{Disconnect, Frame};
use crate::layers::{Layer, LayerMessage};
use crate::names::ChannelName;
use crate::scope::Scope;

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
    /// What its own timers and tasks have for the consumer.
    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due>;
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
        match message.decode_or_count() {
            Some(event) => self.consumer.event(event, &mut self.context).await,
            None => Ok(()),
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
            let outcome = match guarded(&link, self.join_and_connect()).await {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(deny)) => Outcome::Denied(deny),
                Err(interrupted) => interrupted,
            };
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn receive(mut self: Box<Self>, frame: Frame) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let handler = self.consumer.receive(frame, &mut self.context);
            let outcome = settled(guarded(&link, handler).await);
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn deliver(mut self: Box<Self>, message: LayerMessage) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let outcome = settled(guarded(&link, self.decode_and_deliver(message)).await);
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
            let outcome = match guarded(&link, handler).await {
                Ok(()) => Outcome::Done,
                Err(interrupted) => interrupted,
            };
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn time_out(mut self: Box<Self>) -> Turn {
        Box::pin(async move {
            let link = self.link();
            let handler = self.consumer.timed_out(&mut self.context);
            let outcome = settled(guarded(&link, handler).await);
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due> {
        self.context.poll_due(cx)
    }
}

fn settled(result: Result<Result<(), HandlerError>, Outcome>) -> Outcome {
    match result {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(interrupted) => interrupted,
    }
}

/// Runs a handler so that neither its panic nor its endlessness takes the connection along.
async fn guarded<T>(link: &Link, handler: impl Future<Output = T>) -> Result<T, Outcome> {
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
