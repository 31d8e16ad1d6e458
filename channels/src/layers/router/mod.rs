//! Hands messages to the connections of one thread.
//!
//! A layer of this process puts each message into the [`Inbox`] of every thread with members of
//! its group: one [`Parcel`] for a thread, however many members it has. The thread's router takes
//! them out in their order and gives each connection what is new for it. What a connection would
//! only send on is written past its consumer, several frames at once where it is behind; anything
//! else, and all that comes after it, waits in the connection's channel until its consumer is
//! idle again. So each connection sees its messages in the order in which they were sent.

mod broadcast;
mod group;
mod inbox;
mod port;
mod tables;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::unconstrained;

pub(super) use broadcast::Broadcast;
pub(crate) use broadcast::{Forwarder, ReadyFrame};
pub(super) use inbox::{Inbox, Parcel};
pub(crate) use port::Port;
use tables::Tables;

/// Connections that are written to before the other tasks of the thread get their turn.
const VISITS_PER_POLL: usize = 128;

thread_local! {
    static ROUTERS: RefCell<Vec<(u64, Weak<Router>)>> = const { RefCell::new(Vec::new()) };
}

/// The router of one layer on this thread; there from the first connection to the last.
struct Router {
    inbox: Arc<Inbox>,
    tables: RefCell<Tables>,
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

/// Takes a connection of this thread in, for messages of the layer with that number. It stays
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
        // It counts its writes itself; tokio's count would end in the middle of one.
        actix_web::rt::spawn(unconstrained(poll_fn(move |cx| running.poll(cx))));
        router
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut tables = self.tables.borrow_mut();
        let mut parcels = self.inbox.take(cx);
        for parcel in parcels.drain(..) {
            tables.open(parcel);
        }
        self.inbox.give_back(parcels);
        if tables.visit_some(VISITS_PER_POLL) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if tables.is_deserted() {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
