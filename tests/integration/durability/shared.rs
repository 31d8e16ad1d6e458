//! What all clients of a trial share: its phase, the journals, and how far acknowledgements got.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use serde_json::Value;
use tokio::sync::watch;

use super::journal::{Deed, Outcome};

/// Where a trial is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Write,
    /// Writers end after the answer to their present request.
    Finish,
    /// Readers end once they have the events up to these numbers of each room.
    Read(HashMap<i64, i64>),
}

pub(super) struct Shared {
    pub(super) phase: watch::Sender<Phase>,
    /// How many requests were acknowledged.
    acknowledged: watch::Sender<usize>,
    /// How many answers asked to try again later.
    busy: watch::Sender<usize>,
    /// The highest acknowledged number of each room.
    floors: Mutex<HashMap<i64, i64>>,
    deeds: Mutex<Vec<Vec<Deed>>>,
    /// How often the database was put back.
    restores: AtomicU64,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            phase: watch::Sender::new(Phase::Write),
            acknowledged: watch::Sender::new(0),
            busy: watch::Sender::new(0),
            floors: Mutex::default(),
            deeds: Mutex::default(),
            restores: AtomicU64::new(0),
        }
    }

    pub(super) fn is_writing(&self) -> bool {
        *self.phase.borrow() == Phase::Write
    }

    /// The index of a new writer's journal.
    pub(super) fn open_journal(&self) -> usize {
        let mut deeds = self.deeds.lock().unwrap();
        deeds.push(Vec::new());
        deeds.len() - 1
    }

    /// Notes a request before it is sent.
    pub(super) fn intend(&self, journal: usize, deed: Deed) {
        self.deeds.lock().unwrap()[journal].push(deed);
    }

    /// Notes how the last request of a journal ended.
    pub(super) fn settle(&self, journal: usize, outcome: Outcome) {
        let mut deeds = self.deeds.lock().unwrap();
        let deed = deeds[journal].last_mut().expect("a request was noted");
        if let Outcome::Accepted { seq, .. } = outcome {
            if let Some(seq) = seq {
                let mut floors = self.floors.lock().unwrap();
                let floor = floors.entry(deed.room).or_default();
                *floor = seq.max(*floor);
            }
            self.acknowledged.send_modify(|count| *count += 1);
        }
        deed.outcome = outcome;
    }

    /// All journals of writers so far.
    pub(super) fn deeds(&self) -> Vec<Vec<Deed>> {
        self.deeds.lock().unwrap().clone()
    }

    /// Returns when so many more requests are acknowledged.
    pub(super) async fn after(&self, more: usize) {
        rises(&self.acknowledged, more).await;
    }

    /// Returns when so many more answers asked to try again later.
    pub(super) async fn refused(&self, more: usize) {
        rises(&self.busy, more).await;
    }

    pub(super) fn acknowledged(&self) -> usize {
        *self.acknowledged.borrow()
    }

    pub(super) fn note_busy(&self) {
        self.busy.send_modify(|count| *count += 1);
    }

    pub(super) fn busy(&self) -> usize {
        *self.busy.borrow()
    }

    pub(super) fn floor(&self, room: i64) -> i64 {
        let floors = self.floors.lock().unwrap();
        floors.get(&room).copied().unwrap_or(0)
    }

    /// From now on another history of the database counts. The server is down meanwhile.
    pub(super) fn begin_history(&self) {
        self.floors.lock().unwrap().clear();
        self.restores.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn history(&self) -> u64 {
        self.restores.load(Ordering::Acquire)
    }

    /// Which history a socket speaks of: the epoch of its `session.hello`.
    pub(super) fn history_in(&self, hello: &Value) -> String {
        hello["epoch"]
            .as_str()
            .map_or_else(|| self.history().to_string(), str::to_owned)
    }
}

/// An acknowledgement that was just read.
pub(super) fn accepted(seq: Option<i64>, id: Option<i64>) -> Outcome {
    Outcome::Accepted {
        seq,
        id,
        at: Instant::now(),
    }
}

async fn rises(count: &watch::Sender<usize>, more: usize) {
    let mut count = count.subscribe();
    let target = *count.borrow_and_update() + more;
    let reached = count.wait_for(|count| *count >= target).await;
    reached.expect("the counter lives as long as the trial");
}
