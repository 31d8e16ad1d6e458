//! Futures on the context of a connection's actor; hardly any connection has some.

use std::pin::Pin;

use actix::SpawnHandle;
use actix::fut::ActorFuture;

use crate::socket::actor::SocketActor;

type Boxed = Pin<Box<dyn ActorFuture<SocketActor, Output = ()>>>;

/// Nothing is allocated without futures.
#[derive(Default)]
pub(super) struct Spawned(Option<Box<Futures>>);

#[derive(Default)]
struct Futures {
    entries: Vec<Entry>,
    next_handle: SpawnHandle,
}

struct Entry {
    handle: SpawnHandle,
    /// Elsewhere while it is polled.
    future: Option<Boxed>,
    is_waited_for: bool,
}

impl Spawned {
    fn entries(&self) -> &[Entry] {
        self.0.as_ref().map_or(&[], |futures| &futures.entries)
    }

    fn position(&self, handle: SpawnHandle) -> Option<usize> {
        let mut entries = self.entries().iter();
        entries.position(|entry| entry.handle == handle)
    }

    pub(super) fn add(&mut self, future: Boxed, is_waited_for: bool) -> SpawnHandle {
        let futures = self.0.get_or_insert_default();
        let handle = futures.next_handle;
        futures.next_handle = handle.next();
        futures.entries.push(Entry {
            handle,
            future: Some(future),
            is_waited_for,
        });
        handle
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.entries().iter().any(|entry| entry.is_waited_for)
    }

    pub(super) fn cancel(&mut self, handle: SpawnHandle) -> bool {
        let at = self.position(handle);
        let removed = at.zip(self.0.as_mut());
        let removed = removed.map(|(at, futures)| futures.entries.remove(at));
        removed.is_some()
    }

    /// The next one from an index on, which moves behind it. Its future is not there while one
    /// that is waited for stops it.
    pub(super) fn take(&mut self, index: &mut usize) -> Option<(SpawnHandle, Option<Boxed>)> {
        let futures = self.0.as_mut()?;
        let stopped = futures.entries.iter().any(|entry| entry.is_waited_for);
        let entry = futures.entries.get_mut(*index)?;
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
        unfinished: Option<Boxed>,
        index: &mut usize,
    ) {
        // It may have cancelled others, or itself.
        let at = self.position(handle);
        let Some((at, futures)) = at.zip(self.0.as_mut()) else {
            return;
        };
        match unfinished {
            Some(future) => {
                futures.entries[at].future = Some(future);
                *index = at + 1;
            }
            None => {
                futures.entries.remove(at);
                *index = at;
            }
        }
    }
}
