//! A full disk for some time, simulated with the limit of file sizes. That limit affects one
//! process only, and makes each write beyond it fail with an I/O error.

use rustix::process::{Resource, Rlimit, prlimit};

use super::{REFUSALS, ROUNDS, trial::Trial, writer::until_ready};
use crate::stage::within;

/// Bytes after which every file is full: some frames of the log, so that not even one that was just
/// checkpointed takes much more.
const FULL_AT: u64 = 32 * 1024;

impl Trial {
    /// Sets the maximum size of all files of the program, or removes the limit: a full disk for
    /// this process only.
    pub(super) fn limit_files(&self, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(self.pid()), Resource::Fsize, limit).expect("the limit of a child");
    }
}

#[actix_web::test]
async fn a_full_disk_refuses_for_a_while_and_loses_nothing() {
    let mut trial = Trial::begin("full disk", None).await;
    for _ in 1..ROUNDS {
        trial.random_moment().await;
        // The log is where a commit goes first, and it may have been restarted a moment ago.
        trial.limit_files(Some(FULL_AT));
        until_ready(&trial.ana, false).await;
        within("writers to be refused", trial.shared.refused(REFUSALS)).await;
        trial
            .ana
            .open(&format!("/rooms/{}/", trial.rooms.tea))
            .await;
        trial.limit_files(None);
        until_ready(&trial.ana, true).await;
    }
    trial.random_moment().await;
    trial.end().await;
}
