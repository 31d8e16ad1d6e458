//! The database is restored to an earlier state while pages are open: `parlour backup` while
//! messages arrive, and later `parlour restore` into another folder, over the same data, and over a
//! crashed server with its log.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{PACE, journal::Rollback, trial::Trial};
use crate::stage::{Program, within};

/// A file that `parlour backup` made.
pub(super) struct Backup {
    file: PathBuf,
    began: Instant,
}

impl Backup {
    /// Returns what a restore now would remove.
    pub(super) fn rollback(&self) -> Rollback {
        Rollback {
            backup_began: self.began,
            restored: Instant::now(),
        }
    }
}

impl Trial {
    /// Runs `parlour backup` into a new file while the server runs.
    pub(super) async fn back_up(&mut self, file: &Path) -> Backup {
        let backup = Backup {
            file: file.to_owned(),
            began: Instant::now(),
        };
        let data = self.program.data();
        self.run("backup", &backup, &data).await;
        backup
    }

    /// Runs `parlour restore` into a data folder without a server.
    pub(super) async fn restore_into(&mut self, backup: &Backup, data: &Path) {
        self.run("restore", backup, data).await;
    }

    /// Restores this server's data, and starts it again. Its clients reconnect by themselves.
    pub(super) async fn restore(&mut self, backup: &Backup) {
        let data = self.program.data();
        self.restore_into(backup, &data).await;
        self.shared.begin_history();
        self.rollbacks.push(backup.rollback());
        self.program.start_again().await;
    }

    async fn run(&self, command: &str, backup: &Backup, data: &Path) {
        let mut process = Program::command();
        process
            .arg("--data")
            .arg(data)
            .arg(command)
            .arg(&backup.file);
        let output = within("the command to end", process.kill_on_drop(true).output());
        let output = output.await.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: {command}: {said}", self.name);
    }
}

#[actix_web::test]
async fn a_restore_under_open_pages_keeps_what_was_acknowledged_before_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    let mut trial = Trial::begin("restore", Some(PACE)).await;
    trial.random_moment().await;
    trial.remove_fay().await;

    let backup = trial.back_up(&folder.path().join("first")).await;
    trial.random_moment().await;
    let before = trial.ana.socket().await.hello["epoch"].clone();
    trial.stop().await;
    let other = folder.path().join("other");
    trial.restore_into(&backup, &other).await;
    trial.judge_so_far(&other.join("parlour.sqlite3"), Some(backup.rollback()));
    trial.restore(&backup).await;

    let epoch = trial.ana.socket().await.hello["epoch"].clone();
    assert!(
        epoch.is_string() && before.is_string() && epoch != before,
        "{before}, {epoch}"
    );
    trial.random_moment().await;

    let backup = trial.back_up(&folder.path().join("second")).await;
    trial.random_moment().await;
    trial.program.kill().await;
    let log = trial.database().with_extension("sqlite3-wal");
    assert!(log.metadata().unwrap().len() > 0, "a crash leaves its log");
    trial.restore(&backup).await;

    assert_ne!(trial.ana.socket().await.hello["epoch"], epoch);
    trial.random_moment().await;
    trial.end().await;
}
