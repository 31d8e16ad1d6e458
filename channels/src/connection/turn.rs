//! [`Connection`]: a consumer with its type erased, so that runners and drivers are not generic.
//!
//! Each handler call is a future that owns the session and returns it with its outcome. So at most
//! one handler runs at a time, and the consumer survives a handler that panics or is cancelled.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use futures_util::future::LocalBoxFuture;

use super::link::Link;
use super::timers::Due;
use crate::answer::Deny;
use crate::error::HandlerError;
use crate::event::{Disconnect, Frame};
use crate::layers::{Forwarder, LayerMessage};

/// One call of a handler; resolves to the session and how the call went.
pub(crate) type Turn = LocalBoxFuture<'static, (Box<dyn Connection>, Outcome)>;

/// How a handler call went.
pub(crate) enum Outcome {
    Done,
    Denied(Deny),
    Failed(HandlerError),
    Panicked(String),
    /// It exceeded its time limit.
    Cancelled,
}

/// A consumer of any type, with its connection.
pub(crate) trait Connection {
    fn connect(self: Box<Self>) -> Turn;
    fn receive(self: Box<Self>, frame: Frame) -> Turn;
    /// A message from the layer or a timer.
    fn deliver(self: Box<Self>, message: LayerMessage) -> Turn;
    /// Drops all tasks, leaves all groups, then calls the consumer's `disconnect`.
    fn disconnect(self: Box<Self>, why: Disconnect) -> Turn;
    /// The deadline of the consumer's kind.
    fn time_out(self: Box<Self>) -> Turn;
    /// How to forward messages without the consumer; `None` while it must handle all of them.
    fn forwarder(&self) -> Option<&'static Forwarder>;
    /// The next message of its own timers and tasks.
    fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due>;
}

/// Runs a handler so that neither a panic nor an endless handler breaks the connection.
pub(crate) async fn guarded<T>(
    link: &Link,
    handler: impl Future<Output = T>,
) -> Result<T, Outcome> {
    let mut handler = pin!(handler);
    poll_fn(|cx| {
        if link.take_cancel() {
            return Poll::Ready(Err(Outcome::Cancelled));
        }
        // The consumer may be in an inconsistent state afterwards, so only its `disconnect` is
        // called.
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
