//! Ties a runner to its driver, and lets it finish alone when the driver goes.
//!
//! Drivers vanish at any moment: a peer hangs up, actix drops a response body. `disconnect` is
//! owed whatever happened.

use std::any::Any;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::runner::Runner;
use crate::event::Disconnect;

/// A runner in the hands of a driver. When dropped before its end, it is moved to a task of its
/// own, which lets the running handler finish and calls `disconnect`.
#[derive(Default)]
pub(crate) struct Attached {
    runner: Option<Runner>,
    kept: Option<Rc<dyn Any>>,
}

impl Attached {
    pub(crate) fn new(runner: Runner) -> Self {
        Self {
            runner: Some(runner),
            kept: None,
        }
    }

    /// Holds something until the runner has finished, wherever it does.
    pub(crate) fn keep(&mut self, guard: Rc<dyn Any>) {
        self.kept = Some(guard);
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let poll = self
            .runner
            .as_mut()
            .map_or(Poll::Ready(()), |runner| runner.poll(cx));
        if poll.is_ready() {
            self.runner = None;
            self.kept = None;
        }
        poll
    }

    /// The runner, until it has finished.
    pub(crate) fn runner(&mut self) -> Option<&mut Runner> {
        self.runner.as_mut()
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let Some(mut runner) = self.runner.take() else {
            return;
        };
        let kept = self.kept.take();
        runner.end(Disconnect::lost());
        actix_web::rt::spawn(async move {
            std::future::poll_fn(|cx| runner.poll(cx)).await;
            drop(kept);
        });
    }
}
