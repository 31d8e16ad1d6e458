//! The state that all clients of a trial share: its phase, the journals, and the highest
//! acknowledged numbers.

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

/// The phase of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Write,
    /// Writers stop after the answer to their current request.
    Finish,
    /// Readers stop after they have the events up to these numbers of each room.
    Read(HashMap<i64, i64>),
}

pub(super) struct Shared {
    pub(super) phase: watch::Sender<Phase>,
    /// The number of acknowledged requests.
    acknowledged: watch::Sender<usize>,
    /// The number of answers that asked for a retry.
    busy: watch::Sender<usize>,
    /// The highest acknowledged number of each room.
    floors: Mutex<HashMap<i64, i64>>,
    deeds: Mutex<Vec<Vec<Deed>>>,
    /// The number of restores.
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

    /// Returns the index of a new writer's journal.
    pub(super) fn open_journal(&self) -> usize {
        let mut deeds = self.deeds.lock().unwrap();
        deeds.push(Vec::new());
        deeds.len() - 1
    }

    /// Records a request before it is sent.
    pub(super) fn intend(&self, journal: usize, deed: Deed) {
        self.deeds.lock().unwrap()[journal].push(deed);
    }

    /// Records the outcome of the last request of a journal.
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

    /// Returns all journals of writers so far.
    pub(super) fn deeds(&self) -> Vec<Vec<Deed>> {
        self.deeds.lock().unwrap().clone()
    }

    /// Waits until `more` further requests are acknowledged.
    pub(super) async fn after(&self, more: usize) {
        rises(&self.acknowledged, more).await;
    }

    /// Waits until `more` further answers asked for a retry.
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

    /// Starts another history. The server must be down.
    pub(super) fn begin_history(&self) {
        self.floors.lock().unwrap().clear();
        self.restores.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn history(&self) -> u64 {
        self.restores.load(Ordering::Acquire)
    }

    /// Returns the epoch of a socket, from its `session.hello`.
    pub(super) fn history_in(&self, hello: &Value) -> String {
        hello["epoch"]
            .as_str()
            .map_or_else(|| self.history().to_string(), str::to_owned)
    }
}

/// Returns the outcome of an acknowledgement.
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
