//! The line in which changes are committed and announced in one order, while many of them share a commit.

use std::time::Instant;

use actix::prelude::*;
use futures_util::{StreamExt, future::LocalBoxFuture, stream};
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

/// Entries whose commits are awaited at the same time; more wait in the writer's queue.
const IN_FLIGHT: usize = 1024;

/// What remains to be done after a commit, in the order of the line.
type Announcement = LocalBoxFuture<'static, ()>;

/// The entrance of a line; an actor drives the other end.
///
/// The queue needs no bound of its own: every entry holds a place in the writer's bounded queue.
#[derive(Clone)]
pub(super) struct CommitLine(mpsc::UnboundedSender<Entry>);

/// Waits for a commit.
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

    /// Takes a place in the line, at the call and not at the first poll. `committed` has its place in the
    /// writer's queue already ([`Database::enqueue`](crate::db::Database::enqueue)); `announce` gets what it
    /// returned, and when. Entries are announced one after the other, in the order in which they entered.
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
        let entry = async move {
            let outcome = committed.await.map(|value| announce(value, Instant::now()));
            let announcement = async move {
                let outcome = match outcome {
                    Ok(announcement) => announcement.await.map_err(E::from),
                    Err(refusal) => Err(refusal),
                };
                // A socket that closed meanwhile asks again with the same client_id.
                drop(answer.send(outcome));
            };
            Box::pin(announcement) as Announcement
        };
        // Without its other end the entry is dropped with the answer, which the asker sees.
        drop(self.0.send(Box::pin(entry)));
        Box::pin(async move {
            let gone = |_| Err(Error::ActorGone("the commit line").into());
            answered.await.unwrap_or_else(gone)
        })
    }
}
