//! Distributes messages to the connections of one thread.
//!
//! The hub puts each message into the [`Inbox`] of every thread with members of its group: one
//! [`Parcel`] for a thread, however many members it has. The thread's router takes the parcels out
//! in order and gives each connection its new messages. Messages that the consumer would only
//! forward are written without it, several frames at once if the connection is behind. Any other
//! message, and all that come after it, wait in the connection's channel until the consumer has
//! handled it. So each connection sees its messages in the order in which they were sent.
//!
//! An idle consumer handles it at once, in the router's own turn: waking the tasks of a thousand
//! connections costs more than most of their handlers.

mod broadcast;
mod group;
mod inbox;
mod tables;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll};

use smallvec::SmallVec;
use tokio::task::{unconstrained, yield_now};

pub(super) use broadcast::Broadcast;
pub(super) use inbox::{Inbox, Parcel};
use tables::Tables;

use super::port::Port;

/// The number of connections written to before the other tasks of the thread get their turn.
const VISITS_PER_POLL: usize = 128;

/// The number of consumers run before the other tasks of the thread get their turn.
const CONSUMERS_PER_POLL: usize = 32;

thread_local! {
    static ROUTERS: RefCell<Vec<(u64, Weak<Router>)>> = const { RefCell::new(Vec::new()) };
}

/// The router of one layer on this thread; exists from the first connection until the last.
struct Router {
    inbox: Arc<Inbox>,
    tables: RefCell<Tables>,
}

#[derive(PartialEq, Eq)]
enum Work {
    Left,
    /// The last connection has ended.
    Over,
}

/// Where the messages of one connection go.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) inbox: Arc<Inbox>,
    pub(super) seat: usize,
}

impl Place {
    pub(super) fn push(&self, parcel: impl FnOnce(usize) -> Parcel) {
        self.inbox.push(parcel(self.seat));
    }
}

/// Registers a connection of this thread, for messages of the layer with that number. It stays
/// until a [`Parcel::Gone`].
pub(super) fn take_in(layer: u64, port: Rc<dyn Port>) -> Place {
    let router = Router::current(layer);
    let seat = router.tables.borrow_mut().take_in(port);
    Place {
        inbox: Arc::clone(&router.inbox),
        seat,
    }
}

impl Router {
    fn current(layer: u64) -> Rc<Self> {
        ROUTERS.with_borrow_mut(|routers| {
            routers.retain(|(_, router)| router.strong_count() > 0);
            let known = routers.iter().find(|(number, _)| *number == layer);
            known
                .and_then(|(_, router)| router.upgrade())
                .unwrap_or_else(|| {
                    let router = Self::start();
                    routers.push((layer, Rc::downgrade(&router)));
                    router
                })
        })
    }

    fn start() -> Rc<Self> {
        let router = Rc::new(Self {
            inbox: Arc::default(),
            tables: RefCell::default(),
        });
        let running = Rc::clone(&router);
        // The router counts its writes itself, because tokio's budget would end in the middle of
        // one.
        actix_web::rt::spawn(unconstrained(async move { running.run().await }));
        router
    }

    async fn run(&self) {
        while poll_fn(|cx| self.poll_work(cx)).await == Work::Left {
            // Yields to the event loop, so that tasks whose sockets are ready get their turn, too.
            yield_now().await;
        }
    }

    /// Does a part of the work; pending when there is none.
    fn poll_work(&self, cx: &mut Context<'_>) -> Poll<Work> {
        let mut tables = self.tables.borrow_mut();
        let mut parcels = self.inbox.take(cx);
        for parcel in parcels.drain(..) {
            tables.open(parcel);
        }
        self.inbox.give_back(parcels);
        let some_are_behind = tables.visit_some(VISITS_PER_POLL, CONSUMERS_PER_POLL);
        let now = tables.due.len().min(CONSUMERS_PER_POLL);
        let due: SmallVec<[_; CONSUMERS_PER_POLL]> = tables.due.drain(..now).collect();
        let some_are_left = some_are_behind || !tables.due.is_empty();
        // The consumers may run any code, also code that uses this router.
        drop(tables);
        for port in due {
            port.work();
        }
        if some_are_left {
            return Poll::Ready(Work::Left);
        }
        if self.tables.borrow().is_deserted() {
            return Poll::Ready(Work::Over);
        }
        Poll::Pending
    }
}
