//! The commit line: many changes share one commit (group commit), but each is announced in the
//! order in which it entered.

use std::time::Instant;

use actix::prelude::*;
use futures_util::{StreamExt, future::LocalBoxFuture, stream};
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

/// The maximum number of commits that are awaited concurrently. More entries wait in the writer's
/// queue.
const IN_FLIGHT: usize = 1024;

/// The work after a commit. Announcements run in the order of the line.
type Announcement = LocalBoxFuture<'static, ()>;

/// The sending end of a commit line. An actor drives the receiving end.
///
/// The channel is unbounded, but never longer than the writer's bounded queue, because every entry
/// holds a place there (back-pressure).
#[derive(Clone)]
pub(super) struct CommitLine(mpsc::UnboundedSender<Entry>);

/// A future that waits for a commit.
type Entry = LocalBoxFuture<'static, Announcement>;

impl CommitLine {
    /// Starts a line on the context of `actor`.
    pub(super) fn start<A: Actor<Context = Context<A>>>(actor: &A, ctx: &mut Context<A>) -> Self {
        let (entrance, mut entries) = mpsc::unbounded_channel::<Entry>();
        let announced = stream::poll_fn(move |cx| entries.poll_recv(cx))
            .buffered(IN_FLIGHT)
            .for_each(|announcement| announcement);
        ctx.spawn(announced.into_actor(actor));
        Self(entrance)
    }

    /// Takes a place in the line when called, not when first polled. `committed` must be in the
    /// writer's queue already ([`Database::enqueue`](crate::db::Database::enqueue)). `announce`
    /// gets its value and the time of the commit. Entries are announced one after another, in the
    /// order in which they entered.
    ///
    /// # Errors
    /// The refusal of the change, or the error of the announcement.
    pub(super) fn enter<T, A, E, F>(
        &self,
        committed: impl Future<Output = std::result::Result<T, E>> + 'static,
        announce: impl FnOnce(T, Instant) -> F + 'static,
    ) -> LocalBoxFuture<'static, std::result::Result<A, E>>
    where
        A: 'static,
        E: From<Error> + 'static,
        T: 'static,
        F: Future<Output = Result<A>> + 'static,
    {
        let (answer, answered) = oneshot::channel();
        #[expect(
            clippy::async_yields_async,
            reason = "the line awaits the announcement in order, after the commit"
        )]
        let entry = async move {
            let outcome = committed.await.map(|value| announce(value, Instant::now()));
            let announcement = async move {
                let outcome = match outcome {
                    Ok(announcement) => announcement.await.map_err(E::from),
                    Err(refusal) => Err(refusal),
                };
                // The caller may have disconnected. It asks again with the same `client_id`.
                drop(answer.send(outcome));
            };
            Box::pin(announcement) as Announcement
        };
        // If the actor has stopped, dropping the entry drops the answer too, and the caller gets an
        // error.
        drop(self.0.send(Box::pin(entry)));
        Box::pin(async move {
            let gone = |_| Err(Error::ActorGone("the commit line").into());
            answered.await.unwrap_or_else(gone)
        })
    }
}
