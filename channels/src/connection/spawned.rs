//! Futures on the context of a connection's actor.

use std::pin::Pin;

use actix::fut::ActorFuture;
use actix::{Actor, SpawnHandle};

pub(super) type Boxed<A> = Pin<Box<dyn ActorFuture<A, Output = ()>>>;

pub(super) struct Spawned<A: Actor> {
    entries: Vec<Entry<A>>,
    next_handle: SpawnHandle,
}

struct Entry<A: Actor> {
    handle: SpawnHandle,
    /// Elsewhere while it is polled.
    future: Option<Boxed<A>>,
    is_waited_for: bool,
}

impl<A: Actor> Default for Spawned<A> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            next_handle: SpawnHandle::default(),
        }
    }
}

impl<A: Actor> Spawned<A> {
    fn position(&self, handle: SpawnHandle) -> Option<usize> {
        let mut entries = self.entries.iter();
        entries.position(|entry| entry.handle == handle)
    }

    pub(super) fn add(&mut self, future: Boxed<A>, is_waited_for: bool) -> SpawnHandle {
        let handle = self.next_handle;
        self.next_handle = handle.next();
        self.entries.push(Entry {
            handle,
            future: Some(future),
            is_waited_for,
        });
        handle
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.entries.iter().any(|entry| entry.is_waited_for)
    }

    pub(super) fn cancel(&mut self, handle: SpawnHandle) -> bool {
        let at = self.position(handle);
        at.map(|at| self.entries.remove(at)).is_some()
    }

    /// The next one from an index on, which moves behind it. Its future is not there while one
    /// that is waited for stops it.
    pub(super) fn take(&mut self, index: &mut usize) -> Option<(SpawnHandle, Option<Boxed<A>>)> {
        let stopped = self.is_waited_for();
        let entry = self.entries.get_mut(*index)?;
        *index += 1;
        let may_run = entry.is_waited_for || !stopped;
        let future = if may_run { entry.future.take() } else { None };
        Some((entry.handle, future))
    }

    /// Puts one back that has not finished, unless it has been cancelled, and sets the index behind
    /// it.
    pub(super) fn put_back(
        &mut self,
        handle: SpawnHandle,
        unfinished: Option<Boxed<A>>,
        index: &mut usize,
    ) {
        // It may have cancelled others, or itself.
        let Some(at) = self.position(handle) else {
            return;
        };
        match unfinished {
            Some(future) => {
                self.entries[at].future = Some(future);
                *index = at + 1;
            }
            None => {
                self.entries.remove(at);
                *index = at;
            }
        }
    }
}
