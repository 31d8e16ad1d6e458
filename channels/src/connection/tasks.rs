//! Tasks: futures that a consumer spawns beside its handlers; dropped with its connection.

use std::any::Any;
use std::task::{Context, Poll, ready};

use tokio::task::{AbortHandle, JoinSet};

/// The handle of a future started with [`Context::spawn`](crate::Context::spawn) or a similar
/// method. Dropping the handle changes nothing.
#[derive(Clone, Debug)]
pub struct TaskHandle(AbortHandle);

impl TaskHandle {
    /// Drops the future soon; does nothing if it has finished.
    pub fn cancel(&self) {
        self.0.abort();
    }

    /// Whether it has finished or was dropped.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

pub(super) struct Tasks<E>(JoinSet<Option<E>>);

impl<E> Default for Tasks<E> {
    fn default() -> Self {
        Self(JoinSet::new())
    }
}

impl<E: 'static> Tasks<E> {
    pub(super) fn spawn(&mut self, task: impl Future<Output = Option<E>> + 'static) -> TaskHandle {
        TaskHandle(self.0.spawn_local(task))
    }

    /// The event of the next task that has finished, or the payload of its panic.
    pub(super) fn poll_finished(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<E, Box<dyn Any + Send>>> {
        while let Some(finished) = ready!(self.0.poll_join_next(cx)) {
            match finished {
                Ok(Some(event)) => return Poll::Ready(Ok(event)),
                Ok(None) => {}
                Err(failure) => {
                    // The other failure is a cancelled task.
                    if let Ok(payload) = failure.try_into_panic() {
                        return Poll::Ready(Err(payload));
                    }
                }
            }
        }
        Poll::Pending
    }

    /// Drops all running tasks.
    pub(super) fn cancel_all(&mut self) {
        self.0 = JoinSet::new();
    }
}
