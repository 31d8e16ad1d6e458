//! Futures that a consumer lets run beside its handlers; they die with its connection.

use std::any::Any;
use std::fmt;
use std::task::{Context, Poll, ready};

use tokio::task::{AbortHandle, JoinSet};

/// A future started with [`Context::spawn`](crate::Context::spawn) or one of its kin. Dropping
/// the handle changes nothing.
#[derive(Clone, Debug)]
pub struct TaskHandle(AbortHandle);

impl TaskHandle {
    /// Drops the future soon; silent if it has finished.
    pub fn cancel(&self) {
        self.0.abort();
    }

    /// Whether it has finished or was dropped.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// Nothing is allocated without tasks.
pub(super) struct Tasks<E>(Option<Box<JoinSet<Option<E>>>>);

impl<E> Default for Tasks<E> {
    fn default() -> Self {
        Self(None)
    }
}

impl<E: 'static> Tasks<E> {
    pub(super) fn spawn(&mut self, task: impl Future<Output = Option<E>> + 'static) -> TaskHandle {
        TaskHandle(self.0.get_or_insert_default().spawn_local(task))
    }

    /// The event of the next task that has finished with one, or the payload of its panic.
    pub(super) fn poll_finished(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<E, Box<dyn Any + Send>>> {
        while let Some(tasks) = &mut self.0 {
            match ready!(tasks.poll_join_next(cx)) {
                Some(Ok(Some(event))) => return Poll::Ready(Ok(event)),
                Some(Ok(None)) => {}
                Some(Err(failure)) => {
                    // The other failure is to be cancelled.
                    if let Ok(payload) = failure.try_into_panic() {
                        return Poll::Ready(Err(payload));
                    }
                }
                None => self.0 = None,
            }
        }
        Poll::Pending
    }

    /// Drops all that runs.
    pub(super) fn cancel_all(&mut self) {
        self.0 = None;
    }
}

impl<E> fmt::Debug for Tasks<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = self.0.as_ref().map_or(0, |tasks| tasks.len());
        f.debug_struct("Tasks").field("running", &running).finish()
    }
}
