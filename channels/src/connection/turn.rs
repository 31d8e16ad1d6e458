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
