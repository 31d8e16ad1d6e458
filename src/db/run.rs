//! Run ids: which run of the server wrote the database, and so whether the write-ahead log beside
//! it belongs to it.
//!
//! SQLite applies any log that has the right name. For example, if somebody copies a backup over a
//! crashed database, the leftover log of the crashed one corrupts it. So each start writes a random
//! run id into the database and into the lock file. If the two differ, the log is foreign.

use std::path::Path;

use diesel::{Connection as _, prelude::*, sql_query, sql_types::BigInt};
use uuid::Uuid;

use super::{
    Connection, Epoch,
    copy::{open_read_only, refuse_findings, uri},
    epoch::{ROW, knows_runs},
    lock::{DatabaseLock, side_file},
};
use crate::{
    error::{Error, Result},
    schema::history,
    whole_file::named,
};

/// In the lock file, the id of a database that no run has written yet.
const NO_RUN: &str = "none";

/// The result of the check before the database is opened.
pub(super) enum Found {
    /// The file of the last run, or a file without a known run.
    Same,
    /// Another file with the same name and without a log, for example a backup copied by hand.
    Replaced,
}

/// Refuses a write-ahead log that belongs to another file. Changes nothing.
///
/// # Errors
/// [`Error::Internal`] with file, cause and remedy.
pub(super) fn examine(lock: &DatabaseLock) -> Result<Found> {
    let path = lock.database();
    let log = side_file(path, "-wal");
    let log_len = log.metadata().map_or(0, |log| log.len());
    let runs = lock.runs().map_err(|cause| named(path, &cause))?;
    if path.metadata().map_or(0, |file| file.len()) == 0 {
        return Ok(Found::Same);
    }
    // After a crash during a checkpoint, the file may be readable only together with its log.
    let in_file = run_in_file(path).ok();
    let is_known = |run: Option<String>| runs.contains(&run.unwrap_or_else(|| NO_RUN.into()));
    let differs = !runs.is_empty() && in_file.is_some_and(|run| !is_known(run));
    if log_len == 0 {
        return Ok(if differs {
            Found::Replaced
        } else {
            Found::Same
        });
    }
    if differs {
        return Err(foreign(path, &log, "was written for another database file"));
    }
    let checked = open_read_only(path).and_then(|mut conn| fits(path, &mut conn));
    checked.map(|()| Found::Same).map_err(|cause| {
        let cause = std::error::Error::source(&cause)
            .map_or_else(|| cause.to_string(), ToString::to_string);
        foreign(
            path,
            &log,
            &format!("does not fit the database file ({cause})"),
        )
    })
}

fn foreign(path: &Path, log: &Path, cause: &str) -> Error {
    Error::internal(format!(
        "{log} {cause}: opening both would destroy the database, so nothing was touched. If you put \
         {path} back from a copy, put it back with `parlour restore FILE` instead, which moves both aside",
        log = log.display(),
        path = path.display(),
    ))
}

/// Checks whether the log belongs to the file, for copies that have the same run id (`VACUUM INTO`
/// by hand). Such a copy has a higher schema version, which an older log would lower. If the log
/// does not touch the first page, its other pages do not fit, and SQLite's check finds that.
fn fits(path: &Path, with_log: &mut Connection) -> Result<()> {
    let alone = open_without_log(path).and_then(|mut conn| Ok(schema_version(&mut conn)?));
    if alone.is_ok_and(|alone| schema_version(with_log).is_ok_and(|now| now < alone)) {
        return Err(Error::internal("the log is of an older schema"));
    }
    refuse_findings(with_log, "quick_check")
}

fn schema_version(conn: &mut Connection) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Schema {
        #[diesel(sql_type = BigInt)]
        version: i64,
    }
    let query = "SELECT schema_version AS version FROM pragma_schema_version";
    sql_query(query)
        .get_result(conn)
        .map(|schema: Schema| schema.version)
}

fn open_without_log(path: &Path) -> Result<Connection> {
    Connection::establish(&uri(path, "mode=ro&immutable=1")?).map_err(Error::internal)
}

/// Reads the run id from the main file, without applying the log.
fn run_in_file(path: &Path) -> Result<Option<String>> {
    let mut conn = open_without_log(path)?;
    if !knows_runs(&mut conn)? {
        return Ok(None);
    }
    Ok(history::table
        .find(ROW)
        .select(history::run_id)
        .first(&mut conn)?)
}

/// Starts a run with a new id in the database and the lock file. The lock file has both ids until
/// the database is written, so that the next start knows either id after a crash at any point.
pub(super) fn begin(conn: &mut Connection, lock: &DatabaseLock, found: &Found) -> Result<()> {
    let named = |cause: &dyn std::fmt::Display| named(lock.database(), cause);
    let before: Option<String> = history::table
        .find(ROW)
        .select(history::run_id)
        .first(conn)?;
    let run = Uuid::new_v4().simple().to_string();
    let before = before.unwrap_or_else(|| NO_RUN.into());
    lock.set_runs(&[&before, &run])
        .map_err(|cause| named(&cause))?;
    if matches!(found, Found::Replaced) {
        Epoch::renew(conn)?;
        log::warn!(target: "parlour::db",
            "{} is not the file that the last run left: began a new epoch, so that open pages \
             read everything anew", lock.database().display());
    }
    diesel::update(history::table.find(ROW))
        .set(history::run_id.eq(&run))
        .execute(conn)?;
    if fold_log(conn)? {
        lock.set_runs(&[&run]).map_err(|cause| named(&cause))?;
    }
    Ok(())
}

/// Checkpoints the log into the main file, because the next start reads the main file alone.
/// Returns whether the checkpoint was complete. A reader of another process (`parlour backup`) can
/// prevent that.
fn fold_log(conn: &mut Connection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Folded {
        #[diesel(sql_type = BigInt)]
        busy: i64,
    }
    let folded: Folded = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
    Ok(folded.busy == 0)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;
    use crate::db::{Database, lock::DatabaseLock};

    /// The path of a database that one run has written and closed, and its epoch.
    fn closed_database(folder: &Path) -> (PathBuf, Epoch) {
        let path = folder.join("parlour.sqlite3");
        let database = Database::open(&path).unwrap();
        let epoch = database.epoch().clone();
        database.close();
        (path, epoch)
    }

    fn epoch_of_next_start(path: &Path) -> Epoch {
        let database = Database::open(path).unwrap();
        let epoch = database.epoch().clone();
        database.close();
        epoch
    }

    #[test]
    fn a_crash_between_the_file_and_the_lock_file_begins_no_other_history() {
        let folder = tempfile::tempdir().unwrap();
        let (path, epoch) = closed_database(folder.path());
        let lock = DatabaseLock::take(&path).unwrap();
        let [last] = lock.runs().unwrap().try_into().unwrap();
        // The state before the database is written: the lock file names both runs.
        lock.set_runs(&[&last, "of-the-crashed-start"]).unwrap();
        drop(lock);

        assert_eq!(epoch_of_next_start(&path), epoch);
    }

    #[test]
    fn a_missing_lock_file_is_no_reason_to_refuse() {
        let folder = tempfile::tempdir().unwrap();
        let (path, epoch) = closed_database(folder.path());
        fs::remove_file(side_file(&path, ".lock")).unwrap();

        assert_eq!(epoch_of_next_start(&path), epoch);
    }

    #[test]
    fn a_log_beside_a_file_of_another_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = closed_database(folder.path());
        let lock = DatabaseLock::take(&path).unwrap();
        lock.set_runs(&["of-another-file"]).unwrap();
        let log = side_file(&path, "-wal");
        fs::write(&log, "frames of the other file").unwrap();
        let before = fs::read(&path).unwrap();

        let refused = examine(&lock).err().unwrap();
        let cause = std::error::Error::source(&refused).unwrap().to_string();
        assert!(cause.contains("-wal was written for another"), "{cause}");
        assert!(cause.contains("parlour restore FILE"), "{cause}");
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(fs::read(&log).unwrap(), b"frames of the other file");
    }

    #[test]
    fn another_file_without_a_log_begins_another_history() {
        let folder = tempfile::tempdir().unwrap();
        let (path, epoch) = closed_database(folder.path());
        let lock = DatabaseLock::take(&path).unwrap();
        lock.set_runs(&["of-another-file"]).unwrap();
        drop(lock);

        assert_ne!(epoch_of_next_start(&path), epoch);
    }
}
