//! A serial queue (strand) for the work of one connection: one job at a time, in order, on any
//! thread of the pool.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pool::BlockingPool;

type Piece<C> = Box<dyn FnOnce(&mut C) + Send>;

/// A consumer and its queue of jobs. Every job is run, even if nobody waits for it.
pub(super) struct Strand<C> {
    pool: BlockingPool,
    state: Mutex<State<C>>,
}

struct State<C> {
    /// Taken out while a job runs.
    consumer: Option<C>,
    pieces: VecDeque<Piece<C>>,
}

impl<C: Send + 'static> Strand<C> {
    pub(super) fn new(consumer: C, pool: BlockingPool) -> Arc<Self> {
        Arc::new(Self {
            pool,
            state: Mutex::new(State {
                consumer: Some(consumer),
                pieces: VecDeque::new(),
            }),
        })
    }

    /// Gives access to the consumer if no job runs.
    pub(super) fn look<T>(&self, at: impl FnOnce(&C) -> T) -> Option<T> {
        self.lock().consumer.as_ref().map(at)
    }

    /// Queues a job, which must not panic.
    pub(super) fn push(self: &Arc<Self>, piece: Piece<C>) {
        let mut state = self.lock();
        state.pieces.push_back(piece);
        self.go_on(&mut state);
    }

    /// Starts a job on a thread of the pool if one is queued.
    fn go_on(self: &Arc<Self>, state: &mut State<C>) {
        let State { consumer, pieces } = state;
        if pieces.is_empty() {
            return;
        }
        let Some(mut consumer) = consumer.take() else {
            return;
        };
        let Some(piece) = pieces.pop_front() else {
            return;
        };
        let strand = Arc::clone(self);
        self.pool.execute(move || {
            piece(&mut consumer);
            let mut state = strand.lock();
            state.consumer = Some(consumer);
            // One job at a time, so that other connections get their turn.
            strand.go_on(&mut state);
        });
    }

    fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
