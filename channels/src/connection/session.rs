//! A consumer of any type with its context, as its runner calls it.

use std::rc::Rc;
use std::task::Poll;

use super::context::Context;
use super::link::Link;
use super::timers::Due;
use super::turn::{Connection, Outcome, Turn, guarded};
use crate::answer::Deny;
use crate::consumer::{Consumer, OnUnknown};
use crate::error::{HandlerError, HandlerResult, WithSources};
use crate::event::{Disconnect, Frame};
use crate::layers::{Forwarder, Layer, LayerMessage};
use crate::names::ChannelName;
use crate::observe;
use crate::scope::Scope;
#[cfg(feature = "sessions")]
use crate::sessions::save_at_the_end;

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
            let called = called(&link, "connect", self.join_and_connect()).await;
            self.context.drop_headers();
            let outcome = match called {
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
            #[cfg(feature = "sessions")]
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

    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due> {
        self.context.poll_due(cx)
    }
}

/// The outcome of a handler that can fail.
async fn settled(
    link: &Link,
    name: &'static str,
    handler: impl Future<Output = HandlerResult>,
) -> Outcome {
    match called(link, name, handler).await {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(failure)) => {
            // A send that fails because the connection has ended is not a failure of the handler.
            if !(failure.is_closed() && link.is_closing()) {
                observe::handler_failed(name, "error");
            }
            Outcome::Failed(failure)
        }
        Err(interrupted) => interrupted,
    }
}

/// Calls a handler, and measures its duration and outcome.
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
