//! The registry of a server's connections with a socket of their own: counts them, and closes them
//! when the server stops.
//!
//! They are outside of actix' count of a worker's connections, and end with the worker's thread; so
//! the server must close them before it stops its workers.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use actix::Message;
use actix_web::{HttpMessage as _, HttpRequest};
use rand::RngExt as _;
use slab::Slab;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::answer::Deny;

/// Time for connections to notice that they were aborted.
const CUT_GRACE: Duration = Duration::from_secs(1);

/// Notifies a connection that its server stops.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub(super) enum GoAway {
    /// Close with 1012.
    Within(Farewell),
    /// End at once.
    Now,
}

impl GoAway {
    /// Orders are sent in the order of their stages.
    fn stage(self) -> u8 {
        match self {
            Self::Within(_) => 1,
            Self::Now => 2,
        }
    }
}

/// How connections are closed, so that their clients do not all reconnect at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Farewell {
    /// Each is closed at a random moment within this time.
    pub(crate) spread: Duration,
    /// Each Close has a random delay within this time, after which to reconnect.
    pub(crate) retry_within: Option<Duration>,
}

impl Farewell {
    /// A random delay before one connection is closed.
    pub(super) fn delay(self) -> Duration {
        some_of(self.spread)
    }

    /// The reason of one connection's Close, with a random delay.
    pub(super) fn reason(self) -> String {
        let retry_after = self.retry_within.map(some_of);
        let reason = retry_after.map(|after| format!("retry-after-ms={}", after.as_millis()));
        reason.unwrap_or_default()
    }
}

fn some_of(time: Duration) -> Duration {
    time.mul_f64(rand::rng().random_range(0.0..=1.0))
}

pub(crate) struct Registry {
    state: Mutex<State>,
    count: watch::Sender<usize>,
    orders: watch::Sender<Option<GoAway>>,
    /// The stage of the order; a cheap check while there is none.
    stage: AtomicU8,
}

#[derive(Default)]
struct State {
    /// The tasks of connections, which check for orders when they are woken.
    reachable: Slab<Waker>,
    closing: Option<GoAway>,
}

impl Registry {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            count: watch::Sender::new(0),
            orders: watch::Sender::new(None),
            stage: AtomicU8::new(0),
        })
    }

    /// Connections, from their handshake until their consumer's `disconnect` has run.
    pub(crate) fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Registers one connection; `None` if the server stops.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Rc<Entry>> {
        let state = self.lock();
        if state.closing.is_some() {
            return None;
        }
        self.count.send_modify(|count| *count += 1);
        Some(Rc::new(Entry {
            registry: Arc::clone(self),
            reachable: Cell::new(None),
            stage: Cell::new(0),
        }))
    }

    /// Registers with the server that runs a request's App; `None` if that is not our server.
    ///
    /// # Errors
    /// The answer for a server that stops.
    pub(crate) fn enter_for(request: &HttpRequest) -> Result<Option<Rc<Entry>>, Deny> {
        match request.extensions().get::<Arc<Self>>() {
            Some(registry) => registry.enter().map(Some).ok_or_else(Deny::overloaded),
            None => Ok(None),
        }
    }

    /// Accepts no more connections, and closes the open ones; aborts those that remain after the
    /// time limit.
    pub(crate) async fn drain(&self, farewell: Farewell, limit: Duration) {
        self.tell_all(GoAway::Within(farewell));
        if timeout(limit, self.is_empty()).await.is_ok() {
            return;
        }
        log::warn!(target: "channels::socket", "{} connections did not end in time", self.count());
        self.tell_all(GoAway::Now);
        // Connections that ignore this end with the workers.
        let _ = timeout(CUT_GRACE, self.is_empty()).await;
    }

    async fn is_empty(&self) {
        // The sender is ours, so it cannot be gone.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn tell_all(&self, order: GoAway) {
        let mut state = self.lock();
        state.closing = Some(order);
        self.orders.send_replace(Some(order));
        self.stage.store(order.stage(), Ordering::Release);
        for (_, connection) in &state.reachable {
            connection.wake_by_ref();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guard that counts a connection until it is dropped.
pub(crate) struct Entry {
    registry: Arc<Registry>,
    /// The index of its task in the registry.
    reachable: Cell<Option<u32>>,
    /// The stage of the last order that it received.
    stage: Cell<u8>,
}

impl Entry {
    /// Registers the connection's task to be woken by orders.
    pub(super) fn reach_by(&self, task: &Waker) {
        self.is_closed();
        let key = self.registry.lock().reachable.insert(task.clone());
        self.reachable.set(Some(key as u32));
    }

    /// A new order for this connection.
    pub(super) fn next_order(&self) -> Option<GoAway> {
        let stage = self.registry.stage.load(Ordering::Acquire);
        let known = self.stage.replace(stage);
        let order = (stage > known).then(|| *self.registry.orders.borrow());
        order.flatten()
    }

    /// Waits for the moment at which to close because the server stops.
    pub(crate) fn leave(&self) -> impl Future<Output = ()> + use<> {
        let mut orders = self.registry.orders.subscribe();
        async move {
            let order = orders.wait_for(Option::is_some).await;
            let order = order.map(|order| *order);
            if let Ok(Some(GoAway::Within(farewell))) = order {
                sleep(farewell.delay()).await;
            }
        }
    }

    /// Waits until the server's time limit has passed.
    pub(crate) fn cut_off(&self) -> impl Future<Output = ()> + use<> {
        let mut orders = self.registry.orders.subscribe();
        async move {
            let now = |order: &Option<GoAway>| matches!(order, Some(GoAway::Now));
            // Without a server there is nothing to wait for either.
            let _ = orders.wait_for(now).await;
        }
    }

    /// The connection has ended except for its consumer's `disconnect`.
    pub(super) fn is_closed(&self) {
        let Some(key) = self.reachable.take() else {
            return;
        };
        let task = self.registry.lock().reachable.remove(key as usize);
        // The task is dropped without the lock, because it may own this guard itself.
        drop(task);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.is_closed();
        self.registry.count.send_modify(|count| *count -= 1);
    }
}
