//! Queues that are members of groups. There are only few.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::names::{ChannelName, GroupName};

/// The queues of all groups, each with the time of its last `group_add`.
pub(super) struct QueueMembers {
    groups: Mutex<HashMap<GroupName, Arc<Queues>>>,
    /// Whether there has ever been one: most layers have none, and then need no lock.
    any: AtomicBool,
    /// How long a membership lasts.
    limit: Option<Duration>,
}

type Queues = Mutex<HashMap<ChannelName, Instant>>;

impl QueueMembers {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self {
            groups: Mutex::default(),
            any: AtomicBool::new(false),
            limit,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<GroupName, Arc<Queues>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, group: &GroupName, queue: &ChannelName, now: Instant) {
        self.any.store(true, Ordering::Release);
        let mut groups = self.lock();
        let queues = groups.entry(group.clone()).or_default();
        lock(queues).insert(queue.clone(), now);
    }

    pub(super) fn discard(&self, group: &GroupName, queue: &ChannelName) {
        let mut groups = self.lock();
        let Some(queues) = groups.get(group) else {
            return;
        };
        let mut left = lock(queues);
        left.remove(queue);
        let deserted = left.is_empty();
        drop(left);
        if deserted {
            groups.remove(group);
        }
    }

    /// Runs a function on the queues of a group, under the lock.
    pub(super) fn holding<R>(
        &self,
        group: &GroupName,
        now: impl FnOnce() -> Instant,
        act: impl FnOnce(&[ChannelName]) -> R,
    ) -> R {
        let queues = if self.any.load(Ordering::Acquire) {
            self.lock().get(group).cloned()
        } else {
            None
        };
        let Some(queues) = queues else {
            return act(&[]);
        };
        let mut queues = lock(&queues);
        if let Some(limit) = self.limit {
            let now = now();
            queues.retain(|_, joined| now.saturating_duration_since(*joined) < limit);
        }
        let names: Vec<ChannelName> = queues.keys().cloned().collect();
        act(&names)
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }
}

fn lock(queues: &Queues) -> MutexGuard<'_, HashMap<ChannelName, Instant>> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}
