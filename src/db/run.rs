//! Which run of the server wrote the database, and so whether the write-ahead log beside it is its own.
//!
//! SQLite plays any log that bears the right name into a file. After somebody copied a backup over a
//! crashed database, the leftover log of the crashed one destroys it. Each start therefore writes a
//! random run id into the file and into the lock file; where the two differ, the log is foreign.

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

/// In the lock file: a database that no run has written yet.
const NO_RUN: &str = "none";

/// What was found before the database was opened.
pub(super) enum Found {
    /// The file that the last run left, or one that nothing is known of.
    Same,
    /// Another file under the same name, without a log: put back by hand.
    Replaced,
}

/// Refuses a log that belongs to another file. Changes nothing.
///
/// # Errors
/// [`Error::Internal`] that names file, cause and what to do.
pub(super) fn examine(lock: &DatabaseLock) -> Result<Found> {
    let path = lock.database();
    let log = side_file(path, "-wal");
    let log_len = log.metadata().map_or(0, |log| log.len());
    let runs = lock.runs().map_err(|cause| named(path, &cause))?;
    if path.metadata().map_or(0, |file| file.len()) == 0 {
        return Ok(Found::Same);
    }
    // A checkpoint that a crash cut short can leave a file that reads only together with its log.
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

/// For copies that keep the run id (`VACUUM INTO` by hand). Such a copy counts its schema one up, which
/// an older log takes back; where the log does not touch the first page, its pages do not fit.
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

/// The run id in the main file alone, without its log.
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

/// Begins a run: a new id in the file and in the lock file. A crash at any point between leaves
/// ids that the next start knows, because the lock file names both for as long as it takes.
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

/// Writes the log back into the main file, which alone can be read before the next start. Answers
/// whether all of it was; a reader of another process (`parlour backup`) can hold it up.
fn fold_log(conn: &mut Connection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Folded {
        #[diesel(sql_type = BigInt)]
        busy: i64,
    }
    let folded: Folded = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
    Ok(folded.busy == 0)
}
