//! Another process, for example a backup tool or `sqlite3`, holds the write lock of the database
//! for some time.

use std::path::Path;

use diesel::{SqliteConnection, connection::SimpleConnection as _};
use reqwest::Method;

use super::{REFUSALS, ROUNDS, trial::Trial, writer::until_ready};
use crate::stage::{database::connect, within};

/// The write lock of the database, held by another process than the program.
pub(super) struct ForeignLock(SqliteConnection);

impl ForeignLock {
    pub(super) fn take(database: &Path) -> Self {
        let mut connection = connect(database);
        connection
            .batch_execute("BEGIN IMMEDIATE")
            .expect("the lock");
        Self(connection)
    }

    pub(super) fn release(mut self) {
        self.0
            .batch_execute("ROLLBACK")
            .expect("the lock is given back");
    }
}

#[actix_web::test]
async fn a_foreign_lock_refuses_for_a_while_and_loses_nothing() {
    let mut trial = Trial::begin("foreign lock", None).await;
    for _ in 1..ROUNDS {
        trial.random_moment().await;
        let lock = ForeignLock::take(&trial.database());
        let acknowledged = trial.shared.acknowledged();
        within("writers to be refused", trial.shared.refused(REFUSALS)).await;
        // Reads do not wait for the lock.
        trial
            .ana
            .open(&format!("/rooms/{}/", trial.rooms.tea))
            .await;
        let ready = trial.ana.request(Method::GET, "/readyz").send().await;
        assert_eq!(ready.unwrap().status(), 503, "nothing can be stored");
        // One commit may have been under way when the lock was taken.
        let slack = trial.shared.acknowledged() - acknowledged;
        assert!(slack <= 64, "{slack} acknowledged under the lock");
        lock.release();
        until_ready(&trial.ana, true).await;
    }
    trial.random_moment().await;
    trial.end().await;
}
