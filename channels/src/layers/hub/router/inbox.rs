//! The queue of work, from all threads, for the connections of one thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use super::broadcast::Broadcast;
use crate::names::GroupName;

/// One job for a router; jobs are done in the order in which they were pushed.
pub(in crate::layers) enum Parcel {
    /// A message to all members that the thread has.
    Group(GroupName, Arc<Broadcast>),
    /// A message to one connection.
    One(usize, Arc<Broadcast>),
    /// A connection joins a group: it receives the messages after this.
    Join(GroupName, usize),
    /// It leaves the group, after it has received all messages before this.
    Leave(GroupName, usize),
    /// All members leave.
    Disband(GroupName),
    /// The connection has ended; no further job concerns it.
    Gone(usize),
}

#[derive(Default)]
pub(in crate::layers) struct Inbox(Mutex<State>);

#[derive(Default)]
struct State {
    parcels: Vec<Parcel>,
    waker: Option<Waker>,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::layers) fn push(&self, parcel: Parcel) {
        let mut state = self.lock();
        state.parcels.push(parcel);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether there are jobs that the router has not taken yet.
    pub(in crate::layers) fn is_due(&self) -> bool {
        !self.lock().parcels.is_empty()
    }

    /// Takes all jobs; the next one wakes the task.
    pub(super) fn take(&self, cx: &Context<'_>) -> Vec<Parcel> {
        let mut state = self.lock();
        state.waker.get_or_insert_with(|| cx.waker().clone());
        std::mem::take(&mut state.parcels)
    }

    /// Returns an emptied buffer for reuse.
    pub(super) fn give_back(&self, emptied: Vec<Parcel>) {
        let mut state = self.lock();
        if state.parcels.capacity() == 0 {
            state.parcels = emptied;
        }
    }
}
