//! Run ids: which database file and which write-ahead log belong together, and whether both are
//! still there.
//!
//! SQLite applies any log that has the right name, and opens a database without its log. For example,
//! if somebody copies a backup over a crashed database, the leftover log of the crashed one corrupts
//! it; and if somebody removes the log of a crashed database, acknowledged messages vanish. So a
//! random id is stored in the database and in the lock file, and replaced at each start and after
//! each checkpoint ([`Generations`]):
//!
//! - If the lock file does not know the id in the main file, the log beside it is foreign.
//! - If the main file has an id that is replaced in the log, the log must be there. After a complete
//!   checkpoint, by whichever program, the main file has the newest id and needs no log.

use std::path::{Path, PathBuf};

use diesel::{Connection as _, prelude::*, sql_query, sql_types::BigInt};
use uuid::Uuid;

use super::{
    Connection, Epoch,
    copy::{open_read_only, refuse_findings, uri},
    epoch::{ROW, knows_runs},
    lock::{DatabaseLock, Runs, how_to_restore, side_file},
};
use crate::{
    config::quoted,
    error::{Error, Result},
    schema::history,
    whole_file::named,
};

/// In the lock file, the id of a database that no run has written yet.
const NO_RUN: &str = "none";

/// The result of the check before the database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The file of the last run, or a file without a known run.
    Same,
    /// Another file with the same name and without a log, for example a backup copied by hand.
    Replaced,
}

/// What is known about a database file and the log beside it.
enum Verdict {
    /// The log belongs to the file. Without a log, the file has everything.
    Whole,
    /// The file is another one than that of the last run, and has no log.
    Replaced,
    /// The newest changes were in a log that is not there.
    WithoutLog,
    /// The log belongs to another file, for this reason.
    ForeignLog(String),
    /// The file alone cannot be read, for this reason.
    Damaged(String),
}

/// Refuses a write-ahead log that belongs to another file, and a database without its log. Changes
/// nothing.
///
/// # Errors
/// [`Error::Internal`] with file, cause and remedy.
pub(super) fn examine(lock: &DatabaseLock) -> Result<Found> {
    let path = lock.database();
    let runs = lock.runs().map_err(|cause| named(path, &cause))?;
    judge(path, &runs).refuse(path, lock.restore())
}

/// As [`examine`], for a command that only reads a database, beside a server that may be running.
///
/// # Errors
/// The errors of [`examine`].
pub(crate) fn examine_beside_server(path: &Path, restore: &str) -> Result<()> {
    /// A server replaces the ids once per checkpoint.
    const TRIES: usize = 5;
    let path = &path.canonicalize().map_err(|cause| named(path, &cause))?;
    let read = || Runs::beside(path).map_err(|cause| named(path, &cause));
    let mut runs = read()?;
    for _ in 0..TRIES {
        let verdict = judge(path, &runs);
        let now = read()?;
        if now == runs {
            return verdict.refuse(path, restore).map(drop);
        }
        runs = now;
    }
    Ok(())
}

impl Verdict {
    /// Returns an error unless the database can be opened.
    fn refuse(self, path: &Path, restore: &str) -> Result<Found> {
        let log = side_file(path, "-wal");
        match self {
            Self::Whole => Ok(Found::Same),
            Self::Replaced => Ok(Found::Replaced),
            Self::WithoutLog => Err(without_log(path, &log, restore)),
            Self::ForeignLog(cause) => Err(foreign(path, &log, restore, &cause)),
            Self::Damaged(cause) => Err(Error::internal(format!(
                "{} is damaged or not a database ({cause}), so nothing was changed: restore a \
                 backup with {}",
                path.display(),
                how_to_restore(restore, "FILE")
            ))),
        }
    }
}

fn judge(path: &Path, runs: &Runs) -> Verdict {
    if size(path) == 0 {
        return Verdict::Whole;
    }
    // After a crash during a checkpoint, the file may be readable only together with its log.
    let (in_file, damage) = match run_in_file(path) {
        Ok(run) => (Some(run), None),
        Err(error) => (None, Some(error.cause())),
    };
    let knows = |known: &[String]| in_file.as_ref().is_none_or(|run| known.contains(run));
    let (is_whole, needs_log) = (knows(&runs.whole), knows(&runs.with_log));
    if size(&side_file(path, "-wal")) == 0 {
        return match damage {
            Some(cause) => Verdict::Damaged(cause),
            None if runs.is_empty() || is_whole => Verdict::Whole,
            None if needs_log => Verdict::WithoutLog,
            None => Verdict::Replaced,
        };
    }
    if !runs.is_empty() && !is_whole && !needs_log {
        return Verdict::ForeignLog("was written for another database file".into());
    }
    let checked = open_read_only(path).and_then(|mut conn| {
        fits(path, &mut conn)?;
        run_of(&mut conn)
    });
    match checked {
        Ok(run) if runs.is_empty() || runs.whole.contains(&run) => Verdict::Whole,
        Ok(_) => Verdict::WithoutLog,
        Err(error) => Verdict::ForeignLog(format!(
            "does not fit the database file ({})",
            error.cause()
        )),
    }
}

/// Opens a database file that may be anywhere, to copy it. Uses the log beside it only if the lock
/// file there proves that it belongs to the file. Returns the log that it did not use.
///
/// # Errors
/// The file cannot be opened.
pub(crate) fn open_source(path: &Path) -> Result<(Connection, Option<PathBuf>)> {
    let path = path.canonicalize().map_err(|cause| named(path, &cause))?;
    let log = side_file(&path, "-wal");
    if size(&log) == 0 {
        return Ok((open_without_log(&path)?, None));
    }
    let runs = Runs::beside(&path).map_err(|cause| named(&path, &cause))?;
    if !runs.is_empty() && matches!(judge(&path, &runs), Verdict::Whole) {
        Ok((open_read_only(&path)?, None))
    } else {
        Ok((open_without_log(&path)?, Some(log)))
    }
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

fn foreign(path: &Path, log: &Path, restore: &str, cause: &str) -> Error {
    Error::internal(format!(
        "{log} {cause}: opening both would destroy the database, so nothing was changed. If you \
         copied {path} back by hand, use {restore} instead, which moves both files aside",
        log = log.display(),
        path = path.display(),
        restore = how_to_restore(restore, "FILE"),
    ))
}

fn without_log(path: &Path, log: &Path, restore: &str) -> Error {
    let state = match log.metadata().map(|log| log.len()) {
        Err(_) => "is missing",
        Ok(0) => "is empty",
        Ok(_) => "is damaged or does not belong to the last run",
    };
    Error::internal(format!(
        "{log} {state}, but {path} needs it: only the log had the newest changes, so nothing was \
         changed. Put that file back, or restore a backup with {restore}. To continue with the \
         older state in {path}, run {alone}, after which open pages reload everything",
        log = log.display(),
        path = path.display(),
        restore = how_to_restore(restore, "FILE"),
        alone = how_to_restore(restore, &quoted(path)),
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
fn run_in_file(path: &Path) -> Result<String> {
    run_of(&mut open_without_log(path)?)
}

fn run_of(conn: &mut Connection) -> Result<String> {
    if !knows_runs(conn)? {
        return Ok(NO_RUN.into());
    }
    let run: Option<String> = history::table
        .find(ROW)
        .select(history::run_id)
        .first(conn)?;
    Ok(run.unwrap_or_else(|| NO_RUN.into()))
}

fn new_run() -> String {
    Uuid::new_v4().simple().to_string()
}

fn store(conn: &mut Connection, run: &str) -> QueryResult<()> {
    diesel::update(history::table.find(ROW))
        .set(history::run_id.eq(run))
        .execute(conn)
        .map(drop)
}

/// Starts a run with a new id in the database and the lock file. The lock file has both ids until
/// the database is written, so that the next start knows either id after a crash at any point.
pub(super) fn begin(
    conn: &mut Connection,
    lock: &DatabaseLock,
    found: Found,
) -> Result<Generations> {
    let mut generations = Generations {
        current: run_of(conn)?,
        lock: lock.clone(),
        is_due: true,
    };
    let next = generations.prepare()?;
    if found == Found::Replaced {
        Epoch::renew(conn)?;
        log::warn!(target: "parlour::db",
            "{} is not the file that the last run left: started a new epoch, so that open pages \
             reload everything", lock.database().display());
    }
    store(conn, &next.run)?;
    // The next start reads the main file alone.
    if fold_log(conn)? {
        generations.complete(next.run)?;
    } else {
        generations.keep(next)?;
    }
    generations.is_due = true;
    Ok(generations)
}

/// The ids of the write-ahead log. The first commit after each checkpoint replaces the id of the
/// database before it is acknowledged. So the main file has the newest id only if it has everything
/// that was acknowledged, and the next start finds out whether it needs the log.
pub(super) struct Generations {
    lock: DatabaseLock,
    current: String,
    is_due: bool,
}

/// A new id that is not yet in use.
pub(super) struct Next {
    run: String,
    with_log: Vec<String>,
}

impl Generations {
    /// Returns whether the next commit needs a new id.
    pub(super) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Records that a checkpoint may have written the current id into the main file.
    pub(super) fn checkpointed(&mut self) {
        self.is_due = true;
    }

    /// Announces a new id in the lock file. The database may have it or the current one from now on.
    pub(super) fn prepare(&self) -> Result<Next> {
        let path = self.lock.database();
        // After a checkpoint that a reader had stopped, the main file has an older id. After a crash
        // during a checkpoint, it may be unreadable without its log.
        let mut with_log = match run_in_file(path) {
            Ok(run) => vec![run],
            Err(_) => {
                self.lock
                    .runs()
                    .map_err(|cause| named(path, &cause))?
                    .with_log
            }
        };
        with_log.retain(|run| *run != self.current);
        let run = new_run();
        self.set(Runs {
            with_log: with_log.clone(),
            whole: vec![self.current.clone(), run.clone()],
            rescued: None,
        })?;
        with_log.push(self.current.clone());
        Ok(Next { run, with_log })
    }

    /// Stores the new id in the database, as a part of the transaction of `conn`.
    pub(super) fn store(conn: &mut Connection, next: &Next) -> QueryResult<()> {
        store(conn, &next.run)
    }

    /// Records that the new id is committed, so that only a database that has it is whole.
    pub(super) fn keep(&mut self, next: Next) -> Result<()> {
        self.set(Runs {
            with_log: next.with_log,
            whole: vec![next.run.clone()],
            rescued: None,
        })?;
        self.current = next.run;
        self.is_due = false;
        Ok(())
    }

    /// Records that the main file has this id and needs no log.
    fn complete(&mut self, run: String) -> Result<()> {
        self.set(Runs {
            whole: vec![run.clone()],
            ..Runs::default()
        })?;
        self.current = run;
        Ok(())
    }

    /// Records that the data was saved in `copy`, because the database or its log vanished.
    pub(super) fn rescued(&self, copy: &Path) {
        if let Err(cause) = self.lock.set_rescued(copy) {
            log::warn!(target: "parlour::db", "{}: {cause}", copy.display());
        }
    }

    /// Returns the command that restores `file`, in backticks.
    pub(super) fn how_to_restore(&self, file: &Path) -> String {
        self.lock.how_to_restore(&quoted(file))
    }

    fn set(&self, runs: Runs) -> Result<()> {
        self.lock
            .set_runs(&runs)
            .map_err(|cause| named(self.lock.database(), &cause))
    }
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
    use std::fs;

    use super::*;
    use crate::db::Database;

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

    fn whole(runs: &[&str]) -> Runs {
        Runs {
            whole: runs.iter().map(ToString::to_string).collect(),
            ..Runs::default()
        }
    }

    fn lock(path: &Path) -> DatabaseLock {
        DatabaseLock::take(path, "parlour restore".into()).unwrap()
    }

    fn refusal(lock: &DatabaseLock) -> String {
        let refused = examine(lock).err().unwrap();
        refused.cause()
    }

    #[test]
    fn a_crash_between_the_file_and_the_lock_file_begins_no_other_history() {
        let folder = tempfile::tempdir().unwrap();
        let (path, epoch) = closed_database(folder.path());
        let lock = lock(&path);
        let last = lock.runs().unwrap().whole.pop().unwrap();
        // The state before the database is written: the lock file names both runs.
        lock.set_runs(&whole(&[&last, "of-the-crashed-start"]))
            .unwrap();
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
        let lock = lock(&path);
        lock.set_runs(&whole(&["of-another-file"])).unwrap();
        let log = side_file(&path, "-wal");
        fs::write(&log, "frames of the other file").unwrap();
        let before = fs::read(&path).unwrap();

        let cause = refusal(&lock);
        assert!(cause.contains("-wal was written for another"), "{cause}");
        assert!(cause.contains("parlour restore FILE"), "{cause}");
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(fs::read(&log).unwrap(), b"frames of the other file");
    }

    #[test]
    fn another_file_without_a_log_begins_another_history() {
        let folder = tempfile::tempdir().unwrap();
        let (path, epoch) = closed_database(folder.path());
        let lock = lock(&path);
        lock.set_runs(&whole(&["of-another-file"])).unwrap();
        drop(lock);

        assert_ne!(epoch_of_next_start(&path), epoch);
    }

    /// Copies database, log and lock file, as a crash at this moment leaves them.
    fn crash(path: &Path, to: &Path) -> PathBuf {
        let copy = to.join("parlour.sqlite3");
        for side in ["", "-wal", ".lock"] {
            fs::copy(side_file(path, side), side_file(&copy, side)).unwrap();
        }
        copy
    }

    fn is_refused_without_its_log(path: &Path) {
        let lock = lock(path);
        assert_eq!(examine(&lock).unwrap(), Found::Same, "with the log");
        let log = side_file(path, "-wal");
        let whole = fs::read(&log).unwrap();
        for len in [0, 32, whole.len() / 100] {
            fs::write(&log, &whole[..len]).unwrap();
            let cause = refusal(&lock);
            assert!(cause.contains("the newest changes"), "{len}: {cause}");
        }
        fs::remove_file(&log).unwrap();
        let cause = refusal(&lock);
        assert!(cause.contains("-wal is missing"), "{cause}");
        assert!(!log.exists(), "nothing was made");
    }

    #[actix_web::test]
    async fn a_crashed_database_without_its_log_is_refused_before_and_after_checkpoints() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parlour.sqlite3");
        let database = Database::open(&path).unwrap();
        let probe = || {
            database.write(|conn| {
                let counted = history::probes.eq(history::probes + 1);
                Ok(diesel::update(history::table.find(ROW))
                    .set(counted)
                    .execute(conn)?)
            })
        };
        for changes in [1, 10, 700, 1, 900] {
            let probes = (0..changes).map(|_| probe());
            for stored in futures_util::future::join_all(probes).await {
                assert_eq!(stored.unwrap(), 1);
            }
            // A batch may end with a checkpoint, after which the file has everything.
            probe().await.unwrap();
            let crashed = tempfile::tempdir().unwrap();
            is_refused_without_its_log(&crash(&path, crashed.path()));
        }
    }

    #[actix_web::test]
    async fn a_database_that_has_everything_needs_no_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parlour.sqlite3");
        let database = Database::open(&path).unwrap();
        let idle = tempfile::tempdir().unwrap();
        let idle = crash(&path, idle.path());
        fs::remove_file(side_file(&idle, "-wal")).unwrap();
        assert_eq!(
            examine(&lock(&idle)).unwrap(),
            Found::Same,
            "no write so far"
        );

        let renewed = database.write(|conn| Ok(Epoch::renew(conn)?)).await;
        let crashed = tempfile::tempdir().unwrap();
        let crashed = crash(&path, crashed.path());
        // Any program may write the log into the file and remove it.
        drop(open_plain_and_checkpoint(&crashed));
        assert!(!side_file(&crashed, "-wal").exists());
        assert_eq!(examine(&lock(&crashed)).unwrap(), Found::Same);
        assert_eq!(epoch_of_next_start(&crashed), renewed.unwrap());
    }

    fn open_plain_and_checkpoint(path: &Path) -> Connection {
        let mut conn = super::super::copy::open_plain(path).unwrap();
        assert!(fold_log(&mut conn).unwrap());
        conn
    }
}
