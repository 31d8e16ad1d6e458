//! Sessions in the memory of one process, for tests and for sites that may lose them on a restart.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, ready};
use tokio::time::Instant;

use super::{Save, SessionData, SessionError, SessionKey, SessionRecord, SessionStore};

/// The default maximum of sessions.
const DEFAULT_CAPACITY: usize = 100_000;

/// A [`SessionStore`] in memory: bounded, and each record is removed when it has expired.
pub struct InMemorySessionStore {
    records: Mutex<HashMap<SessionKey, Kept>>,
    capacity: usize,
}

struct Kept {
    data: SessionData,
    until: Instant,
}

impl InMemorySessionStore {
    /// A store for 100 000 sessions.
    pub fn new() -> Self {
        Self {
            records: Mutex::default(),
            capacity: DEFAULT_CAPACITY,
        }
    }

    /// Sets the maximum of sessions; saving one more fails with [`SessionError::Full`].
    pub fn capacity(mut self, sessions: usize) -> Self {
        self.capacity = sessions;
        self
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.lock().values().filter(|kept| kept.is_good()).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionKey, Kept>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        key: &SessionKey,
        record: &SessionRecord,
        how: Save,
    ) -> Result<(), SessionError> {
        let mut records = self.lock();
        let known = records.get(key).is_some_and(Kept::is_good);
        match (how, known) {
            (Save::Create, true) => return Err(SessionError::KeyTaken),
            (Save::Update, false) => return Err(SessionError::Deleted),
            (Save::Create, false) if records.len() >= self.capacity => {
                records.retain(|_, kept| kept.is_good());
                if records.len() >= self.capacity {
                    return Err(SessionError::Full(self.capacity));
                }
            }
            _ => {}
        }
        let kept = Kept {
            data: record.data.clone(),
            until: end_of(record),
        };
        records.insert(key.clone(), kept);
        Ok(())
    }
}

impl Kept {
    fn is_good(&self) -> bool {
        Instant::now() < self.until
    }
}

/// An age beyond the range of the clock becomes a year.
fn end_of(record: &SessionRecord) -> Instant {
    const YEAR: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(record.age).unwrap_or(now + YEAR)
}

impl SessionStore for InMemorySessionStore {
    fn load<'a>(
        &'a self,
        key: &'a SessionKey,
    ) -> BoxFuture<'a, Result<Option<SessionData>, SessionError>> {
        let records = self.lock();
        let kept = records.get(key).filter(|kept| kept.is_good());
        Box::pin(ready(Ok(kept.map(|kept| kept.data.clone()))))
    }

    fn save<'a>(
        &'a self,
        key: &'a SessionKey,
        record: &'a SessionRecord,
        how: Save,
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(ready(self.write(key, record, how)))
    }

    fn delete<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<(), SessionError>> {
        self.lock().remove(key);
        Box::pin(ready(Ok(())))
    }
}

impl Default for InMemorySessionStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InMemorySessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemorySessionStore")
            .field("sessions", &self.len())
            .finish_non_exhaustive()
    }
}
