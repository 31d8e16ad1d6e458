//! The state of a connection's end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream as _;
use tokio::time::{Sleep, sleep};

use crate::event::{CloseCode, Disconnect};
use crate::routing::Closer;

/// Who besides the consumer may end the connection, why it has ended, and how long a handler may
/// still run.
#[derive(Default)]
pub(super) struct Ending {
    closers: Vec<Closer>,
    why: Option<Disconnect>,
    grace: Option<Pin<Box<Sleep>>>,
}

impl Ending {
    pub(super) fn by(closers: Vec<Closer>) -> Self {
        Self {
            closers,
            ..Self::default()
        }
    }

    /// Records that the driver has ended; only the first call counts.
    pub(super) fn note(&mut self, why: impl FnOnce() -> Disconnect) {
        self.why.get_or_insert_with(why);
    }

    /// Why the driver has ended, if it has.
    pub(super) fn why(&self) -> Option<&Disconnect> {
        self.why.as_ref()
    }

    /// The code and reason to close with, once a closer has requested it; returned only once.
    pub(super) fn poll_closers(&mut self, cx: &mut Context<'_>) -> Poll<(CloseCode, String)> {
        let mut closed = None;
        for closer in &mut self.closers {
            if let Poll::Ready(Some(_)) = Pin::new(&mut closer.channel).poll_next(cx) {
                closed.get_or_insert_with(|| (closer.code, closer.reason.clone()));
            }
        }
        let Some(closed) = closed else {
            return Poll::Pending;
        };
        self.closers.clear();
        Poll::Ready(closed)
    }

    /// Ready when a handler has used up its time limit, which starts again for the next one.
    pub(super) fn poll_grace(&mut self, limit: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let grace = self.grace.get_or_insert_with(|| Box::pin(sleep(limit)));
        let over = grace.as_mut().poll(cx);
        if over.is_ready() {
            self.grace = None;
        }
        over
    }

    /// Resets the time limit for the next handler.
    pub(super) fn renew_grace(&mut self) {
        self.grace = None;
    }
}
