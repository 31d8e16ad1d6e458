//! [`BlockingPool`]: the threads on which blocking work runs.

use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// The maximum of Python's own pool.
const MOST_DEFAULT_THREADS: usize = 32;

static SHARED: OnceLock<BlockingPool> = OnceLock::new();

/// A pool of threads for blocking work, separate from the event loops; clones share it.
///
/// Threads are started on demand, and end after they were idle for a while. Work waits in order for
/// a free thread, and is done even if the last clone is dropped before.
///
/// ```
/// use channels::blocking::BlockingPool;
/// # actix_web::rt::System::new().block_on(async {
/// let pool = BlockingPool::new(4);
/// assert_eq!(pool.block(|| 6 * 7).await, 42);
/// # });
/// ```
#[derive(Clone)]
pub struct BlockingPool(Arc<Threads>);

/// There is already a shared pool, by [`BlockingPool::share`] or because it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared pool is in use; share another one before the first blocking work")]
pub struct AlreadyShared;

/// A tokio runtime of which only the threads for blocking work are used.
struct Threads {
    most: usize,
    /// Present until the last clone is dropped.
    runtime: Option<Runtime>,
}

impl BlockingPool {
    /// A pool of at most this many threads.
    ///
    /// # Panics
    /// If that is 0.
    pub fn new(threads: usize) -> Self {
        assert!(threads > 0, "a pool needs a thread");
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(threads)
            .thread_name("channels-blocking")
            .build()
            .expect("a runtime without drivers needs nothing of the system");
        Self(Arc::new(Threads {
            most: threads,
            runtime: Some(runtime),
        }))
    }

    /// The pool of [`block`] and of consumers without a pool of their own. By default it has four
    /// threads more than there are cores, and at most 32; [`share`](Self::share) replaces it.
    pub fn shared() -> Self {
        let shared = SHARED.get_or_init(|| {
            let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            Self::new((cores + 4).min(MOST_DEFAULT_THREADS))
        });
        shared.clone()
    }

    /// Makes this the shared pool, as `ASGI_THREADS` does for Daphne.
    ///
    /// # Errors
    /// [`AlreadyShared`].
    pub fn share(self) -> Result<(), AlreadyShared> {
        SHARED.set(self).map_err(|_another| AlreadyShared)
    }

    /// Runs a function on a thread of the pool. It runs to its end, even if the caller does not
    /// wait.
    ///
    /// # Panics
    /// If the function does, with the same payload.
    pub async fn block<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = oneshot::channel();
        self.execute(move || {
            // The caller may have stopped waiting.
            let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
        });
        match result.await {
            Ok(Ok(value)) => value,
            Ok(Err(payload)) => resume_unwind(payload),
            Err(_) => unreachable!("every job is run, and sends its result"),
        }
    }

    /// Queues a job, which must not panic.
    pub(super) fn execute(&self, job: impl FnOnce() + Send + 'static) {
        // The pool stays until its last job has run.
        let pool = self.clone();
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn_blocking(move || {
                job();
                drop(pool);
            });
        }
    }
}

impl Drop for Threads {
    /// The last clone may be dropped on one of the pool's own threads, which cannot wait for
    /// itself.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockingPool")
            .field("threads", &self.0.most)
            .finish_non_exhaustive()
    }
}

/// Runs a blocking function, for example a query, without blocking an event loop: upstream's
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
