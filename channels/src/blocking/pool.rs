//! [`BlockingPool`]: the threads on which blocking work runs.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use tokio::sync::oneshot;

/// As many as Python's own pool has at most.
const MOST_DEFAULT_THREADS: usize = 32;

static SHARED: OnceLock<BlockingPool> = OnceLock::new();

type Job = Box<dyn FnOnce() + Send>;

/// Threads for blocking work, apart from those of the event loops; clones share them.
///
/// They are started when there is work for them, and end when the last clone is dropped and all
/// work is done. Work waits in order for a free thread.
///
/// ```
/// use channels::blocking::BlockingPool;
/// # actix_web::rt::System::new().block_on(async {
/// let pool = BlockingPool::new(4);
/// assert_eq!(pool.block(|| 6 * 7).await, 42);
/// # });
/// ```
#[derive(Clone)]
pub struct BlockingPool(Arc<Owner>);

/// There is a shared pool already, by [`BlockingPool::share`] or because it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared pool is in use; share another one before the first blocking work")]
pub struct AlreadyShared;

/// Tells the threads to end when it goes.
struct Owner(Arc<Queue>);

struct Queue {
    threads: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    running: usize,
    idle: usize,
    closed: bool,
}

impl BlockingPool {
    /// A pool of at most so many threads.
    ///
    /// # Panics
    /// If that is 0.
    pub fn new(threads: usize) -> Self {
        assert!(threads > 0, "a pool needs a thread");
        Self(Arc::new(Owner(Arc::new(Queue {
            threads,
            state: Mutex::default(),
            work: Condvar::new(),
        }))))
    }

    /// The pool of [`block`] and of consumers that were given no other: four threads more than
    /// there are cores, and at most 32, unless [`share`](Self::share) said otherwise.
    pub fn shared() -> Self {
        let shared = SHARED.get_or_init(|| {
            let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            Self::new((cores + 4).min(MOST_DEFAULT_THREADS))
        });
        shared.clone()
    }

    /// Makes this the shared pool: what `ASGI_THREADS` does for Daphne.
    ///
    /// # Errors
    /// [`AlreadyShared`].
    pub fn share(self) -> Result<(), AlreadyShared> {
        SHARED.set(self).map_err(|_another| AlreadyShared)
    }

    /// Runs a function on a thread of the pool. It runs to its end, even if nobody waits.
    ///
    /// # Panics
    /// If the function does, with the same payload.
    pub async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = oneshot::channel();
        self.execute(Box::new(move || {
            // Whoever waited may have gone.
            let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
        }));
        match result.await {
            Ok(Ok(value)) => value,
            Ok(Err(payload)) => resume_unwind(payload),
            Err(_) => unreachable!("every job is run, and sends its result"),
        }
    }

    /// Queues a job, which must not panic.
    pub(super) fn execute(&self, job: Job) {
        let queue = &self.0.0;
        let mut state = queue.lock();
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() || state.running >= queue.threads {
            drop(state);
            queue.work.notify_one();
            return;
        }
        state.running += 1;
        drop(state);
        let own = Arc::clone(queue);
        let started = thread::Builder::new()
            .name("channels-blocking".to_owned())
            .spawn(move || own.work());
        if let Err(failure) = started {
            queue.lock().running -= 1;
            log::error!(target: "channels::consumer", "no thread for blocking work: {failure}");
        }
    }
}

impl Queue {
    /// No job runs while the lock is held, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(job) = self.next() {
            job();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                state.running -= 1;
                return None;
            }
            state.idle += 1;
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.work.notify_all();
    }
}

impl fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.0.lock();
        f.debug_struct("BlockingPool")
            .field("threads", &self.0.0.threads)
            .field("running", &state.running)
            .field("waiting", &state.jobs.len())
            .finish()
    }
}

/// Runs a blocking function, as a query, without holding up an event loop: upstream's
/// `database_sync_to_async`. It runs on the [shared pool](BlockingPool::shared), to its end.
///
/// # Panics
/// If the function does, with the same payload.
///
/// ```
/// # actix_web::rt::System::new().block_on(async {
/// let names = channels::blocking::block(|| std::fs::read_dir("/").map(Iterator::count)).await?;
/// assert!(names > 0);
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
pub async fn block<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    BlockingPool::shared().block(work).await
}
