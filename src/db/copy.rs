//! Checked copies of a database, made while others write: `VACUUM INTO`, `integrity_check`,
//! `foreign_key_check`, flush. Copying the live file would miss what is still in its log.

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

/// For files that nobody else has open, and that stay in the journal mode they have.
const PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; \
    PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;";

/// Opens a file as it is: no migration, no write-ahead log for files that have none.
pub(crate) fn open_plain(path: &Path) -> Result<Connection> {
    open(path, "rw")
}

/// Opens a file for reading alone: it is not created, and its log is not written back.
pub(crate) fn open_read_only(path: &Path) -> Result<Connection> {
    open(path, "ro")
}

/// The URI of a file, so that SQLite neither creates it nor misreads special characters.
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
/// [`Error::Internal`] when it cannot be written, or when the copy fails its checks.
pub(crate) fn copy_into(conn: &mut Connection, target: &Path) -> Result<()> {
    sql_query("VACUUM INTO ?")
        .bind::<Text, _>(target.to_string_lossy())
        .execute(conn)
        .map_err(|cause| named(target, &cause))?;
    let mut copy = open_plain(target)?;
    // A copy has no log, and no log that lies beside it later is its own.
    epoch::forget_run(&mut copy)?;
    check(&mut copy)?;
    drop(copy);
    fs::set_permissions(target, Permissions::from_mode(0o600))
        .and_then(|()| whole_file::sync(target))
        .map_err(|cause| named(target, &cause))
}

/// Copies to a new file of this name, which it bears only when it is whole.
pub(super) fn copy_as(conn: &mut Connection, target: &Path) -> Result<()> {
    let file = WholeFile::begin(target)?;
    copy_into(conn, &file.path())?;
    file.finish()
}

/// A name beside the database that says what the copy is and when it was made.
pub(super) fn beside(path: &Path, what: &str) -> PathBuf {
    path.with_extension(format!("{what}-{}.sqlite3", Timestamp::now().0))
}

/// Where the writer saves what only it still sees, once the database file is gone.
pub(super) fn rescued(path: &Path) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ");
    side_file(path, &format!("-rescued-{now}"))
}

/// Whether the file is sound: every page, every index, every reference.
///
/// # Errors
/// [`Error::Internal`] with what SQLite found.
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
            "a row of the table {} refers to one that is not there",
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
