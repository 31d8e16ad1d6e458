//! A worker that runs: how to stop it, and what it has done when it has.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use tokio_util::sync::CancellationToken;

use crate::names::ChannelName;

/// Stops a worker, from any thread; clones stand for the same one.
#[derive(Clone)]
pub struct WorkerHandle {
    /// No more messages are taken.
    pub(super) stopping: CancellationToken,
    /// Handlers that still run are given up.
    pub(super) giving_up: CancellationToken,
}

impl WorkerHandle {
    pub(super) fn new() -> Self {
        let giving_up = CancellationToken::new();
        Self {
            stopping: giving_up.child_token(),
            giving_up,
        }
    }

    /// Takes no more messages and lets the handlers that run finish, for as long as
    /// [`Worker::shutdown_timeout`](super::Worker::shutdown_timeout) says. Else: gives them up.
    ///
    /// Returns at once; [`Worker::run`](super::Worker::run) ends when all is done.
    pub fn stop(&self, graceful: bool) {
        let token = if graceful {
            &self.stopping
        } else {
            &self.giving_up
        };
        token.cancel();
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }
}

impl fmt::Debug for WorkerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerHandle")
            .field("stopping", &self.is_stopping())
            .finish_non_exhaustive()
    }
}

/// What a worker did in its life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerReport {
    /// Messages whose handler came to its end, those that were no event of the consumer among
    /// them.
    pub handled: u64,
    /// Messages whose handler failed or panicked. They are lost.
    pub failed: u64,
    /// Messages whose handler was given up, because the worker had to end. They are lost.
    pub dropped: u64,
    /// Consumers that were made anew after a failure.
    pub restarts: u64,
    /// Messages that wait on the channels of this worker, for another one. Empty channels, and
    /// layers that cannot tell, are left out.
    pub unread: BTreeMap<ChannelName, usize>,
}

/// The report as it grows; all listeners of a worker are on one thread.
#[derive(Default)]
pub(super) struct Tally(RefCell<WorkerReport>);

impl Tally {
    pub(super) fn note(&self, change: impl FnOnce(&mut WorkerReport)) {
        change(&mut self.0.borrow_mut());
    }

    pub(super) fn report(&self) -> WorkerReport {
        self.0.borrow().clone()
    }
}
