//! Serialises the subscriptions of each group, without blocking those of other groups.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::names::GroupName;

/// A lock for each group that is being subscribed to.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<GroupName, Arc<tokio::sync::Mutex<()>>>>);

/// The turn of one task for one group, until it is dropped.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    group: &'a GroupName,
    /// `None` only while it is dropped.
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, HashMap<GroupName, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn take<'a>(&'a self, group: &'a GroupName) -> Turn<'a> {
        let mut turn = Turn {
            turns: self,
            group,
            held: None,
        };
        let lock = Arc::clone(self.lock().entry(group.clone()).or_default());
        turn.held = Some(lock.lock_owned().await);
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.turns.lock();
        self.held = None;
        // The reference of the map; each waiting task has another one.
        if turns
            .get(self.group)
            .is_some_and(|lock| Arc::strong_count(lock) == 1)
        {
            turns.remove(self.group);
        }
    }
}
