//! Kills the program, or stops it gracefully, while everybody writes.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;

use super::{PACE, ROUNDS, at_length, trial::Trial};

/// The time limit of a graceful stop: the program's ten seconds, and two more for a busy test
/// machine.
const STOP: Duration = Duration::from_secs(12);

impl Trial {
    /// Kills the program (`kill -9`), and starts it again.
    pub(super) async fn kill(&mut self) {
        self.program.kill().await;
        self.program.start_again().await;
    }

    /// Stops the program with SIGTERM. It must exit with 0 in time and leave an empty log.
    pub(super) async fn stop(&mut self) {
        let pid = self.pid();
        let mut process = self.program.process.take().expect("the program runs");
        kill_process(pid, Signal::TERM).expect("it can be told to stop");
        let ended = timeout(STOP, process.wait()).await;
        let ended =
            ended.unwrap_or_else(|_| panic!("{}: still runs {STOP:?} after SIGTERM", self.name));
        let said = self.program.said();
        assert_eq!(
            ended.expect("its status").code(),
            Some(0),
            "{}: {said}",
            self.name
        );
        let log = self.database().with_extension("sqlite3-wal");
        let left = log.metadata().map_or(0, |log| log.len());
        assert_eq!(
            left, 0,
            "{}: the log is played into the file: {said}",
            self.name
        );
    }

    pub(super) fn pid(&self) -> Pid {
        let process = self.program.process.as_ref().expect("the program runs");
        let id = process.id().expect("it has not ended");
        Pid::from_raw(id.try_into().expect("a process id")).expect("a process id")
    }
}

#[actix_web::test]
async fn kills_at_random_moments_lose_nothing() {
    let mut trial = Trial::begin("kill -9", None).await;
    for round in 0..at_length(ROUNDS, 50) {
        trial.random_moment().await;
        if round == 1 {
            trial.remove_fay().await;
        }
        trial.kill().await;
    }
    trial.random_moment().await;
    trial.end().await;
}

#[actix_web::test]
async fn a_term_signal_under_load_loses_nothing_and_ends_in_time() {
    let mut trial = Trial::begin("SIGTERM", None).await;
    for _ in 1..ROUNDS {
        trial.random_moment().await;
        trial.stop().await;
        trial.judge_so_far(&trial.database(), None);
        trial.program.start_again().await;
    }
    trial.random_moment().await;
    trial.end().await;
}

#[actix_web::test]
async fn a_crowd_of_sockets_that_comes_back_at_once_is_told_everything() {
    let mut trial = Trial::begin("storm", Some(PACE)).await;
    trial.crowd(at_length(20, 200));
    for _ in 0..at_length(1, ROUNDS) {
        trial.random_moment().await;
        trial.kill().await;
    }
    trial.random_moment().await;
    trial.end().await;
}
