//! Refuses to start if part of the data is missing. Otherwise the server would silently create the
//! missing file: an empty database instead of everybody's conversations, or a new key that signs
//! everybody out.

use std::path::Path;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};

use crate::{
    config::{Settings, quoted},
    db::{DatabaseLock, copy::open_read_only, refuse_other_names, side_file},
    error::{Error, Result},
    security::{SecretKeys, how_to_make_key},
};

/// The suffix of the marker file that exists beside the database during a restore.
pub(crate) const RESTORING: &str = ".restoring";

/// Checks the files before any of them is opened or created. The first start creates the database
/// first and the key second, so a crash in between does not look like a loss.
///
/// # Errors
/// [`Error::Internal`] with file, cause and remedy.
pub(crate) fn refuse(settings: &Settings, lock: &DatabaseLock) -> Result<()> {
    let database = lock.database();
    refuse_half_restore(lock)?;
    refuse_other_names(database)?;
    if let Some(copy) = lock.rescued()? {
        return Err(Error::internal(format!(
            "{} or its log was removed or replaced while the last server ran, which saved its \
             data in {}. Run {}; or, if you do not need this data, move that file away",
            database.display(),
            copy.display(),
            lock.how_to_restore(&quoted(&copy))
        )));
    }
    let key = SecretKeys::path_in(&settings.data);
    let has_key = key.symlink_metadata().is_ok();
    let needs_key = settings.secret_key_file.is_none();
    if is_empty(database) {
        if lock.names_a_run()? {
            let runs = side_file(database, ".lock");
            let witness = [side_file(database, "-wal"), key]
                .into_iter()
                .find(|file| !is_empty(file))
                .unwrap_or(runs);
            return Err(lost(lock, &witness));
        }
        let log = side_file(database, "-wal");
        if !is_empty(&log) {
            return Err(lost(lock, &log));
        }
        if has_key {
            return Err(lost(lock, &key));
        }
    }
    SecretKeys::check(settings)?;
    if needs_key && !has_key && !is_empty(database) && has_people(database) {
        return Err(Error::internal(format!(
            "{} is missing, but {} has accounts; {}",
            key.display(),
            database.display(),
            how_to_make_key(&key)
        )));
    }
    Ok(())
}

fn refuse_half_restore(lock: &DatabaseLock) -> Result<()> {
    let database = lock.database();
    let marker = side_file(database, RESTORING);
    if marker.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "a restore of {} did not finish; run {} again. The previous data is in the folders \
         before-restore-... next to it (to abandon the restore, move the data back from there and \
         remove {})",
        database.display(),
        lock.how_to_restore("FILE"),
        marker.display()
    )))
}

fn lost(lock: &DatabaseLock, witness: &Path) -> Error {
    let database = lock.database();
    let state = if database.symlink_metadata().is_ok() {
        "empty"
    } else {
        "missing"
    };
    Error::internal(format!(
        "{} is {state}, but {witness} exists, so a server had its data here. Restore the data \
         with {} or, to start with an empty server, first move {witness} away",
        database.display(),
        lock.how_to_restore("FILE"),
        witness = witness.display(),
    ))
}

/// Returns whether the file is missing or empty.
fn is_empty(path: &Path) -> bool {
    path.metadata().map_or(true, |file| file.len() == 0)
}

/// Returns whether the database has people. If it cannot be read, returns true: refusing to start
/// is better than losing data.
fn has_people(database: &Path) -> bool {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted = |query: &str| -> Result<i64> {
        let mut conn = open_read_only(database)?;
        Ok(sql_query(query).get_result::<Found>(&mut conn)?.count)
    };
    let tables = "SELECT count(*) AS count FROM sqlite_master WHERE name = 'users'";
    match counted(tables) {
        Ok(0) => false,
        _ => !matches!(
            counted("SELECT count(*) AS count FROM (SELECT 1 FROM users LIMIT 1)"),
            Ok(0)
        ),
    }
}
