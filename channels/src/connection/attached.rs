//! Ties a runner to its driver, and lets it finish alone when the driver goes.
//!
//! Drivers vanish at any moment: a peer hangs up, actix drops a response body. `disconnect` is
//! owed whatever happened.

use std::task::{Context, Poll};

use super::runner::Runner;
use crate::event::Disconnect;

/// A runner in the hands of a driver. When dropped before its end, it is moved to a task of its
/// own, which lets the running handler finish and calls `disconnect`.
pub(crate) struct Attached(Option<Runner>);

impl Attached {
    pub(crate) fn new(runner: Runner) -> Self {
        Self(Some(runner))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let poll = self
            .0
            .as_mut()
            .map_or(Poll::Ready(()), |runner| runner.poll(cx));
        if poll.is_ready() {
            self.0 = None;
        }
        poll
    }

    /// The runner, until it has finished.
    pub(crate) fn runner(&mut self) -> Option<&mut Runner> {
        self.0.as_mut()
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Some(mut runner) = self.0.take() {
            runner.end(Disconnect::lost());
            actix_web::rt::spawn(std::future::poll_fn(move |cx| runner.poll(cx)));
        }
    }
}
