//! Ties a connection's actor to its driver, and lets its consumer finish alone when the driver goes.
//!
//! Drivers may be dropped at any moment: a peer disconnects, actix drops a response body.
//! `disconnect` must run in every case.

use std::any::Any;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::actor::{ConnectionActor, Mail};
use super::link::Link;
use super::runner::Runner;
use crate::event::{CloseCode, Disconnect};

/// A connection's actor on its context, in the hands of a driver. When dropped before its end, the
/// consumer continues in a task of its own: the running handler finishes, and `disconnect` is
/// called.
#[derive(Default)]
pub(crate) struct Attached {
    actor: Option<ConnectionActor>,
    kept: Option<Rc<dyn Any>>,
}

impl Attached {
    pub(crate) fn new(runner: Runner, link: Rc<Link>) -> Self {
        Self {
            actor: Some(ConnectionActor::new(runner, link)),
            kept: None,
        }
    }

    /// Keeps a value until the runner has finished, in whatever task.
    pub(crate) fn keep(&mut self, guard: Rc<dyn Any>) {
        self.kept = Some(guard);
    }

    /// Polls the actor. Ready once `disconnect` has returned.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let poll = self
            .actor
            .as_mut()
            .map_or(Poll::Ready(()), |actor| actor.poll(cx));
        if poll.is_ready() {
            let actor = self.actor.take();
            if let Some(mail) = actor.as_ref().and_then(|actor| Mail::of(&actor.link)) {
                mail.close();
            }
            self.kept = None;
        }
        poll
    }

    /// The runner, until it has finished.
    pub(crate) fn runner(&mut self) -> Option<&mut Runner> {
        self.actor.as_mut().map(|actor| &mut actor.runner)
    }

    /// Closes the connection after a delay, which starts with the next poll.
    pub(crate) fn close_later(&mut self, after: Duration, code: CloseCode, reason: String) {
        if let Some(actor) = &mut self.actor {
            actor.close_later(after, code, reason);
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let Some(mut actor) = self.actor.take() else {
            return;
        };
        let kept = self.kept.take();
        actor.runner.end(Disconnect::lost());
        // Also for an address that a handler requests later.
        actor.link.of_actor_or_new::<Mail>().close();
        actix_web::rt::spawn(async move {
            poll_fn(|cx| actor.runner.poll(cx)).await;
            drop(kept);
        });
    }
}
