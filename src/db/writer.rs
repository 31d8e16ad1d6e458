//! The one thread that writes. Changes that wait together share one commit (and so one disk
//! flush), each in a savepoint of its own; nobody is answered before the commit returned.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use diesel::{Connection as _, RunQueryDsl};
use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::Connection;
use crate::error::{Error, Result};

/// Changes that may wait; past it the disk is too slow and callers are told "busy".
const QUEUE_LEN: usize = 1024;
/// One commit takes at most this many changes …
const BATCH_LEN: usize = 64;
/// … or as many as fit in this time, so that the first of them does not wait for ever.
const BATCH_TIME: Duration = Duration::from_millis(2);

/// Runs a change and gives what remains to be done once the commit is known.
type Change = Box<dyn FnOnce(&mut Connection) -> Answer + Send>;
/// Answers the caller; the flag says whether the commit succeeded.
type Answer = Box<dyn FnOnce(bool) + Send>;

#[derive(Clone)]
pub(super) struct Writer(Arc<Inner>);

struct Inner {
    queue: Mutex<Option<SyncSender<Change>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    healthy: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn start(conn: Connection) -> Result<Self> {
        let (queue, changes) = sync_channel(QUEUE_LEN);
        let healthy = Arc::new(AtomicBool::new(true));
        let verdict = Arc::clone(&healthy);
        let thread = std::thread::Builder::new()
            .name("parlour-writer".into())
            .spawn(move || write_all(conn, &changes, &verdict))
            .map_err(Error::internal)?;
        let (queue, thread) = (Mutex::new(Some(queue)), Mutex::new(Some(thread)));
        Ok(Self(Arc::new(Inner {
            queue,
            thread,
            healthy,
        })))
    }

    pub(super) fn enqueue<T, F>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<T>> + Send + use<T, F> + 'static
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Change = Box::new(move |conn| {
            let outcome = in_savepoint(conn, change);
            Box::new(move |committed| {
                let outcome = outcome.and_then(|value| match committed {
                    true => Ok(value),
                    false => Err(Error::Busy("commit")),
                });
                // The caller may have gone away; the change is committed all the same.
                drop(answer.send(outcome));
            })
        });
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = queue
            .as_ref()
            .is_some_and(|queue| queue.try_send(job).is_ok());
        drop(queue);
        answered.map(move |answer| match answer {
            Ok(outcome) => outcome,
            Err(_) if accepted => Err(Error::Busy("database")),
            Err(_) => Err(Error::Busy("write queue")),
        })
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.0.healthy.load(Ordering::Acquire)
    }

    pub(super) fn close(&self) {
        drop(
            self.0
                .queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .0
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            log::error!(target: "parlour::db", "the writer ended in a panic");
        }
    }
}

fn in_savepoint<T, F>(conn: &mut Connection, change: F) -> Result<T>
where
    F: FnOnce(&mut Connection) -> Result<T>,
{
    conn.transaction(|conn| {
        catch_unwind(AssertUnwindSafe(|| change(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a change to the database panicked")))
    })
}

fn write_all(mut conn: Connection, changes: &Receiver<Change>, healthy: &AtomicBool) {
    while let Ok(first) = changes.recv() {
        let mut answers = Vec::new();
        let started = Instant::now();
        let commit = conn.immediate_transaction(|conn| {
            let mut next = Some(first);
            while let Some(change) = next {
                answers.push(change(conn));
                let full = answers.len() == BATCH_LEN || started.elapsed() > BATCH_TIME;
                next = if full { None } else { changes.try_recv().ok() };
            }
            Ok::<_, diesel::result::Error>(())
        });
        if let Err(error) = &commit {
            log::error!(target: "parlour::db", "commit failed: {error}");
        }
        healthy.store(commit.is_ok(), Ordering::Release);
        answers
            .into_iter()
            .for_each(|answer| answer(commit.is_ok()));
    }
    if let Err(error) = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut conn) {
        log::warn!(target: "parlour::db", "checkpoint at the end failed: {error}");
    }
}
