//! Snapshots: checked copies of a database while others write: `VACUUM INTO`, `integrity_check`,
//! `foreign_key_check`, flush. A plain copy of the live file would miss what is only in the
//! write-ahead log.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types::Text,
};
use url::Url;

use super::{Connection, Timestamp, epoch, lock::side_file};
use crate::{
    error::{Error, Result},
    whole_file::{self, WholeFile, named},
};

/// Pragmas for files that nobody else has open, and that keep their journal mode.
const PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; \
    PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;";

/// Opens a file without migrating it or changing its journal mode.
pub(crate) fn open_plain(path: &Path) -> Result<Connection> {
    open(path, "rw")
}

/// Opens a file read-only: does not create it, and does not checkpoint its log.
pub(crate) fn open_read_only(path: &Path) -> Result<Connection> {
    open(path, "ro")
}

/// Returns the URI of a file. With a URI, SQLite neither creates the file nor misreads special
/// characters.
pub(super) fn uri(path: &Path, query: &str) -> Result<String> {
    let path = std::path::absolute(path).map_err(|cause| named(path, &cause))?;
    let mut url = Url::from_file_path(&path)
        .map_err(|()| named(&path, &"not a path that SQLite can open"))?;
    url.set_query(Some(query));
    Ok(url.into())
}

fn open(path: &Path, mode: &str) -> Result<Connection> {
    let mut conn = Connection::establish(&uri(path, &format!("mode={mode}"))?)
        .map_err(|cause| named(path, &cause))?;
    conn.batch_execute(PRAGMAS)
        .map_err(|cause| named(path, &cause))?;
    Ok(conn)
}

/// Writes a checked copy of `conn`'s database to the new file `target`.
///
/// # Errors
/// [`Error::Internal`] if it cannot be written, or if the copy fails its checks.
pub(crate) fn copy_into(conn: &mut Connection, target: &Path) -> Result<()> {
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(target.to_string_lossy())
        .execute(conn)
        .map_err(|cause| named(target, &cause))?;
    let mut copy = open_plain(target)?;
    // Clear the run id: a copy has no log, so a log that lies beside it later must be foreign.
    epoch::forget_run(&mut copy)?;
    check(&mut copy)?;
    drop(copy);
    fs::set_permissions(target, Permissions::from_mode(0o600))
        .and_then(|()| whole_file::sync(target))
        .map_err(|cause| named(target, &cause))
}

/// Copies to a new file that gets its name only when it is complete (atomic rename).
pub(super) fn copy_as(conn: &mut Connection, target: &Path) -> Result<()> {
    let file = WholeFile::begin(target)?;
    copy_into(conn, &file.path())?;
    file.finish()
}

/// Returns a path beside the database that says what the copy is and when it was made.
pub(super) fn beside(path: &Path, what: &str) -> PathBuf {
    path.with_extension(format!("{what}-{}.sqlite3", Timestamp::now().0))
}

/// Returns the path where the writer saves the data after the database file was removed.
pub(super) fn rescued(path: &Path) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ");
    side_file(path, &format!("-rescued-{now}"))
}

/// Checks all pages, indices and references of the file.
///
/// # Errors
/// [`Error::Internal`] with the findings of SQLite.
pub(crate) fn check(conn: &mut Connection) -> Result<()> {
    refuse_findings(conn, "integrity_check")?;
    #[derive(QueryableByName)]
    struct Dangling {
        #[diesel(sql_type = Text)]
        table: String,
    }
    let query = sql_query("SELECT \"table\" FROM pragma_foreign_key_check");
    match query.load::<Dangling>(conn)?.first() {
        None => Ok(()),
        Some(row) => Err(Error::internal(format!(
            "a row of the table {} refers to a missing row",
            row.table
        ))),
    }
}

/// Runs one of SQLite's own checks, `integrity_check` or `quick_check`.
pub(super) fn refuse_findings(conn: &mut Connection, pragma: &str) -> Result<()> {
    #[derive(QueryableByName)]
    struct Finding {
        #[diesel(sql_type = Text)]
        words: String,
    }
    let query = format!("SELECT {pragma} AS words FROM pragma_{pragma} LIMIT 1");
    let found: Vec<Finding> = sql_query(query).load(conn)?;
    match found.first() {
        Some(finding) if finding.words == "ok" => Ok(()),
        Some(finding) => Err(Error::internal(finding.words.clone())),
        None => Err(Error::internal(format!("{pragma} answered nothing"))),
    }
}
