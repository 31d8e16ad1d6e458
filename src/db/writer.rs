//! The writer: the one thread that writes (group commit). Waiting changes share one commit, and so
//! one disk flush. Each change runs in a savepoint of its own. Callers get their answers after the
//! commit.

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

use diesel::{
    Connection as _, QueryResult, QueryableByName, RunQueryDsl,
    connection::{
        AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus,
    },
    sql_query,
    sql_types::BigInt,
};
use futures_util::FutureExt;
use tokio::sync::oneshot;

use crate::{
    db::{Connection, copy, run::Generations, watch::FileWatch},
    error::{Error, Result, with_remedy},
};

/// The capacity of the queue. If it is full, the disk is too slow, and callers get "busy"
/// (back-pressure).
const QUEUE_LEN: usize = 1024;
/// … and the time after which a batch takes no more, so that its first change does not wait too
/// long. A disk flush takes longer, so larger batches raise the throughput under load more than
/// they delay an answer.
const BATCH_LEN: usize = 256;
/// … and the time after which a batch takes no more, so that its first change does not wait too
/// long.
const BATCH_TIME: Duration = Duration::from_millis(10);

/// The number of changes after which the log is written into the database file (checkpoint). A change
/// writes about eight pages, so the log stays below `journal_size_limit`. SQLite's own automatic
/// checkpoints are off, because each one needs a new id, see [`Generations`].
const CHECKPOINT_CHANGES: usize = 500;

/// How long a transaction waits for another process that holds the write lock. Short, because
/// everything else waits behind it, and a shutdown must fit into ten seconds.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// The same while the lock is known to be held. Until one try succeeds, callers get "busy" almost
/// at once.
const LOCKED_WAIT: Duration = Duration::from_millis(50);

/// Why a change was not made: an [`Error`], or a type of the change's own that wraps one if the
/// database failed.
pub trait Refusal: From<Error> + From<diesel::result::Error> + Send + 'static {
    /// Returns the error of the database or of the limits, if that is the reason.
    fn cause(&self) -> Option<&Error>;
}

impl Refusal for Error {
    fn cause(&self) -> Option<&Error> {
        Some(self)
    }
}

/// Runs a change, and returns what to do when the result of the commit is known.
type Change = Box<dyn FnOnce(&mut Connection) -> Answer + Send>;

/// The answer to one caller.
struct Answer {
    /// Sends the answer. The flag says whether the commit succeeded.
    tell: Box<dyn FnOnce(bool) + Send>,
    /// Whether SQLite may have rolled back the whole transaction, after a full disk or an I/O
    /// error.
    ends_batch: bool,
}

#[derive(Clone)]
pub(super) struct Writer(Arc<Inner>);

struct Inner {
    queue: Mutex<Option<SyncSender<Change>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    healthy: Arc<AtomicBool>,
    watch: FileWatch,
}

impl Writer {
    pub(super) fn start(
        conn: Connection,
        watch: FileWatch,
        generations: Generations,
    ) -> Result<Self> {
        let (queue, changes) = sync_channel(QUEUE_LEN);
        let healthy = Arc::new(AtomicBool::new(true));
        let verdict = Arc::clone(&healthy);
        let writing = Writing {
            conn,
            watch: watch.clone(),
            generations,
            healthy: verdict,
            is_locked: false,
            failures: 0,
            since_checkpoint: 0,
        };
        let thread = std::thread::Builder::new()
            .name("parlour-writer".into())
            .spawn(move || writing.run(&changes))
            .map_err(Error::internal)?;
        let (queue, thread) = (Mutex::new(Some(queue)), Mutex::new(Some(thread)));
        Ok(Self(Arc::new(Inner {
            queue,
            thread,
            healthy,
            watch,
        })))
    }

    pub(super) fn enqueue<T, E, F>(
        &self,
        change: F,
    ) -> impl Future<Output = std::result::Result<T, E>> + Send + use<T, E, F> + 'static
    where
        T: Send + 'static,
        E: Refusal,
        F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Change = Box::new(move |conn| {
            let outcome = in_savepoint(conn, change);
            let ends_batch =
                matches!(&outcome, Err(refusal) if refusal.cause().is_some_and(undoes_transaction));
            let tell = Box::new(move |committed| {
                let outcome = outcome.and_then(|value| match committed {
                    true => Ok(value),
                    false => Err(Error::Busy("commit").into()),
                });
                // The caller may have disconnected. The change is committed anyway.
                drop(answer.send(outcome));
            });
            Answer { tell, ends_batch }
        });
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = !self.0.watch.is_lost()
            && queue
                .as_ref()
                .is_some_and(|queue| queue.try_send(job).is_ok());
        drop(queue);
        answered.map(move |answer| match answer {
            Ok(outcome) => outcome,
            Err(_) if accepted => Err(Error::Busy("database").into()),
            Err(_) => Err(Error::Busy("write queue").into()),
        })
    }

    /// Returns whether the last commit that wrote something succeeded, without a failure after it.
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

fn in_savepoint<T, E, F>(conn: &mut Connection, change: F) -> std::result::Result<T, E>
where
    E: Refusal,
    F: FnOnce(&mut Connection) -> std::result::Result<T, E>,
{
    conn.transaction(|conn| {
        catch_unwind(AssertUnwindSafe(|| change(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a change to the database panicked").into()))
    })
}

/// Returns whether SQLite may have rolled back the whole transaction, not only the savepoint.
fn undoes_transaction(error: &Error) -> bool {
    match error {
        Error::Busy(_) => true,
        Error::Database(cause) => cause.to_string().contains("no such savepoint"),
        _ => false,
    }
}

/// The state of the writer's thread.
struct Writing {
    conn: Connection,
    watch: FileWatch,
    generations: Generations,
    healthy: Arc<AtomicBool>,
    /// Whether another process held the write lock at the last try.
    is_locked: bool,
    /// The number of failed commits since the last one that wrote something.
    failures: u64,
    /// The number of changes since the last checkpoint.
    since_checkpoint: usize,
}

impl Writing {
    fn run(mut self, changes: &Receiver<Change>) {
        self.wait_for_lock(LOCK_WAIT);
        while let Ok(first) = changes.recv() {
            if self.is_moved() {
                // Dropping a change answers "busy" to its caller.
                drop(first);
                refuse_waiting(changes);
                continue;
            }
            match AnsiTransactionManager::begin_transaction_sql(&mut self.conn, "BEGIN IMMEDIATE") {
                Ok(()) => self.write_batch(first, changes),
                Err(error) => {
                    drop(first);
                    refuse_waiting(changes);
                    self.note_failure(&error);
                    self.reset();
                    self.set_locked(true);
                }
            }
        }
        self.end();
    }

    fn write_batch(&mut self, first: Change, changes: &Receiver<Change>) {
        self.set_locked(false);
        let before = self.total_changes();
        let started = Instant::now();
        let mut answers: Vec<Answer> = Vec::new();
        let mut next = Some(first);
        while let Some(change) = next {
            answers.push(change(&mut self.conn));
            let is_over = answers.last().is_some_and(|answer| answer.ends_batch)
                || answers.len() == BATCH_LEN
                || started.elapsed() > BATCH_TIME;
            next = if is_over {
                None
            } else {
                changes.try_recv().ok()
            };
        }
        let is_undone = answers.last().is_some_and(|answer| answer.ends_batch);
        let commit = if is_undone {
            Err(diesel::result::Error::RollbackTransaction)
        } else {
            self.commit(before)
        };
        match &commit {
            Ok(()) => self.note_success(before),
            Err(error) => {
                self.note_failure(error);
                self.reset();
            }
        }
        self.since_checkpoint += answers.len();
        for answer in answers {
            (answer.tell)(commit.is_ok());
        }
        if self.since_checkpoint >= CHECKPOINT_CHANGES {
            self.checkpoint();
        }
    }

    /// Commits, with a new id if this is the first commit after a checkpoint that writes something.
    /// The commit does not depend on the id, which only protects it against the loss of the log file.
    fn commit(&mut self, before: Option<i64>) -> QueryResult<()> {
        let next = if self.generations.is_due() && before != self.total_changes() {
            let prepared = self.generations.prepare().and_then(|next| {
                Generations::store(&mut self.conn, &next)?;
                Ok(next)
            });
            prepared.map_err(warn_unmarked).ok()
        } else {
            None
        };
        AnsiTransactionManager::commit_transaction(&mut self.conn)?;
        if let Some(next) = next {
            self.generations.keep(next).unwrap_or_else(warn_unmarked);
        }
        Ok(())
    }

    /// Writes what no reader needs in the log any more into the database file. Waits for nobody.
    fn checkpoint(&mut self) {
        self.since_checkpoint = 0;
        if let Err(error) = sql_query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut self.conn) {
            log::warn!(target: "parlour::db", "checkpoint failed: {error}");
        }
        self.generations.checkpointed();
    }

    /// Resets the connection after a failure. SQLite may have ended the transaction on its own,
    /// after which diesel would consider the connection broken for ever.
    fn reset(&mut self) {
        drop(self.conn.batch_execute("ROLLBACK"));
        *AnsiTransactionManager::transaction_manager_status_mut(&mut self.conn) =
            TransactionManagerStatus::default();
    }

    fn note_failure(&mut self, error: &diesel::result::Error) {
        self.healthy.store(false, Ordering::Release);
        self.failures += 1;
        if self.failures == 1 {
            let cause = with_remedy(error.to_string());
            log::error!(target: "parlour::db", "{}: nothing can be stored, because a commit failed: \
                {cause}", self.watch.database().display());
        }
    }

    /// Ends the state of failure after a commit that wrote something. An empty commit proves
    /// nothing, because it succeeds even on a full disk.
    fn note_success(&mut self, before: Option<i64>) {
        if self.failures == 0 || before.is_none() || before == self.total_changes() {
            return;
        }
        log::info!(target: "parlour::db", "storing works again after {} failed commits", self.failures);
        self.failures = 0;
        self.healthy.store(true, Ordering::Release);
    }

    /// Returns the number of rows that this connection has changed so far. Queried only after a
    /// failure or a checkpoint.
    fn total_changes(&mut self) -> Option<i64> {
        #[derive(QueryableByName)]
        struct Total {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        if self.failures == 0 && !self.generations.is_due() {
            return None;
        }
        let total: QueryResult<Total> =
            sql_query("SELECT total_changes() AS count").get_result(&mut self.conn);
        total.ok().map(|total| total.count)
    }

    fn set_locked(&mut self, is_locked: bool) {
        if self.is_locked != is_locked {
            self.is_locked = is_locked;
            self.wait_for_lock(if is_locked { LOCKED_WAIT } else { LOCK_WAIT });
        }
    }

    fn wait_for_lock(&mut self, wait: Duration) {
        let pragma = format!("PRAGMA busy_timeout = {}", wait.as_millis());
        if let Err(error) = self.conn.batch_execute(&pragma) {
            log::warn!(target: "parlour::db", "{pragma}: {error}");
        }
    }

    /// Returns whether the files were removed or replaced. The first time, saves a copy of the
    /// data, which only this process can still read.
    fn is_moved(&mut self) -> bool {
        if self.watch.is_lost() {
            return true;
        }
        let Some(moved) = self.watch.moved().map(ToOwned::to_owned) else {
            return false;
        };
        self.healthy.store(false, Ordering::Release);
        self.watch.give_up();
        let rescued = copy::rescued(self.watch.database());
        let saved = match copy::copy_as(&mut self.conn, &rescued) {
            Ok(()) => {
                self.generations.rescued(&rescued);
                format!(
                    "everything stored so far was copied to {}: stop the server and run {}",
                    rescued.display(),
                    self.generations.how_to_restore(&rescued)
                )
            }
            Err(error) => format!(
                "{} could not be written ({}), so keep the server running and copy what you need \
                 from its pages",
                rescued.display(),
                error.cause(),
            ),
        };
        log::error!(target: "parlour::db", "{} was removed or replaced while the server was \
            running, so nothing is stored any more; {saved}", moved.display());
        true
    }

    fn end(mut self) {
        if self.is_moved() {
            // Do not close the connection: closing would checkpoint into foreign files and remove
            // their log.
            std::mem::forget(self.conn);
            return;
        }
        if let Err(error) = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.conn) {
            log::warn!(target: "parlour::db", "checkpoint at the end failed: {error}");
        }
    }
}

fn warn_unmarked(error: Error) {
    let cause = error.cause();
    log::warn!(target: "parlour::db", "the current write-ahead log was not recorded, so its loss \
        would not be noticed: {cause}");
}

/// Drops all queued changes, which answers "busy" to their callers. Later changes get a new try.
fn refuse_waiting(changes: &Receiver<Change>) {
    for _ in 0..QUEUE_LEN {
        if changes.try_recv().is_err() {
            break;
        }
    }
}
