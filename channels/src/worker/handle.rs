//! The handle of a running worker, and its final report.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use tokio_util::sync::CancellationToken;

use crate::names::ChannelName;

/// Stops a worker, from any thread; clones refer to the same one.
#[derive(Clone)]
pub struct WorkerHandle {
    /// No more messages are taken.
    pub(super) stopping: CancellationToken,
    /// Running handlers are cancelled.
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

    /// Takes no more messages and lets the handlers that run finish, at most for
    /// [`Worker::shutdown_timeout`](super::Worker::shutdown_timeout). After that, they are
    /// cancelled.
    ///
    /// Returns at once; [`Worker::run`](super::Worker::run) returns when they have ended.
    pub fn stop(&self, graceful: bool) {
        let token = if graceful {
            &self.stopping
        } else {
            &self.giving_up
        };
        token.cancel();
    }

    /// Whether it was requested to stop.
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

/// The report of a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerReport {
    /// Messages whose handler completed, including those that were not an event of the consumer.
    pub handled: u64,
    /// Messages whose handler failed or panicked. They are lost.
    pub failed: u64,
    /// Messages whose handler was cancelled, because the worker had to end. They are lost.
    pub dropped: u64,
    /// Consumers that were recreated after a failure.
    pub restarts: u64,
    /// Messages that wait on the channels of this worker, for another one. Empty channels, and
    /// layers without this extension, are omitted.
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
