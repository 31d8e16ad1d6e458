//! The locks of a database: at most one server per database, whatever path leads to it. One lock is
//! on a file beside the database, which exists before the database, and one on the database file
//! itself, which may have another name in another folder (hard link, bind mount). The lock file also
//! stores which run ids the database may have, see [`super::run`].

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use crate::{
    config::quoted,
    error::{Error, Result},
    whole_file::{folder_of, give_to_owner_of, named},
};

/// The maximum size of a lock file, in bytes. It holds up to four run ids and one file name.
const MAX_BYTES: u64 = 1024;
/// Starts the line of a run id that the database file has only together with its log.
const WITH_LOG: &str = "with-log ";
/// Starts the line with the name of a rescued copy.
const RESCUED: &str = "rescued ";

/// An exclusive lock on a database, held until its last clone is dropped.
#[derive(Debug, Clone)]
pub(crate) struct DatabaseLock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: File,
    database: PathBuf,
    restore: String,
    /// The database file with a lock of `flock`, which the locks of SQLite (`fcntl`) do not meet.
    /// Closing it would release SQLite's locks of this process, so it stays open until the last
    /// connection is closed, see [`DatabaseLock::database_file`].
    database_file: OnceLock<Arc<File>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(Err(cause)) = self.database_file.get().map(|file| file.unlock()) {
            log::warn!(target: "parlour::db", "{}: {cause}", self.database.display());
        }
    }
}

/// The content of a lock file: which files belong together.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Runs {
    /// Run ids of a database file whose newest changes are in its log.
    pub(super) with_log: Vec<String>,
    /// Run ids of a database that has everything: read through its log or, without one, alone.
    pub(super) whole: Vec<String>,
    /// The name of the copy that the last run saved when its files vanished.
    pub(super) rescued: Option<String>,
}

impl Runs {
    /// Returns whether nothing is known about the runs.
    pub(super) fn is_empty(&self) -> bool {
        self.with_log.is_empty() && self.whole.is_empty()
    }

    /// Reads the lock file of the database at `path` without locking it.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        match File::open(side_file(path, ".lock")) {
            Ok(file) => Self::read(&file),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(cause),
        }
    }

    fn read(file: &File) -> io::Result<Self> {
        let mut text = String::new();
        file.take(MAX_BYTES).read_to_string(&mut text)?;
        let mut runs = Self::default();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix(RESCUED) {
                runs.rescued = Some(name.to_owned());
            } else if let Some(run) = line.strip_prefix(WITH_LOG) {
                runs.with_log.push(run.to_owned());
            } else {
                runs.whole.push(line.to_owned());
            }
        }
        Ok(runs)
    }

    fn to_text(&self) -> String {
        let with_log = self.with_log.iter().map(|run| format!("{WITH_LOG}{run}\n"));
        let whole = self.whole.iter().map(|run| format!("{run}\n"));
        let rescued = self.rescued.iter().map(|name| format!("{RESCUED}{name}\n"));
        with_log.chain(whole).chain(rescued).collect()
    }
}

impl DatabaseLock {
    /// Locks the database at `path`, which need not exist yet. Messages about it tell the operator
    /// to run `restore`, a command that lacks only the file.
    ///
    /// # Errors
    /// [`Error::Internal`] with the database's path if another process holds the lock.
    pub(crate) fn take(path: &Path, restore: String) -> Result<Self> {
        let database = canonical(path).map_err(|cause| named(path, &cause))?;
        let lock = side_file(&database, ".lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock)
            .map_err(|cause| named(&lock, &cause))?;
        give_to_owner_of(&lock, folder_of(&database));
        try_lock(&file, &database)?;
        let taken = Self(Arc::new(Inner {
            file,
            database,
            restore,
            database_file: OnceLock::new(),
        }));
        if taken.database().exists() {
            taken.hold_file()?;
        }
        Ok(taken)
    }

    /// Locks the database file itself, once it exists.
    ///
    /// # Errors
    /// [`Error::Internal`] with the database's path if another process holds the lock.
    pub(super) fn hold_file(&self) -> Result<()> {
        let path = self.database();
        if self.0.database_file.get().is_some() {
            return Ok(());
        }
        let file = File::open(path).map_err(|cause| named(path, &cause))?;
        try_lock(&file, path)?;
        // Only one thread opens a database.
        drop(self.0.database_file.set(Arc::new(file)));
        Ok(())
    }

    /// Returns the open database file, which the owner of connections must keep as long as the
    /// connections.
    pub(super) fn database_file(&self) -> Option<Arc<File>> {
        self.0.database_file.get().cloned()
    }

    /// Returns the path of the database without symbolic links.
    pub(crate) fn database(&self) -> &Path {
        &self.0.database
    }

    /// Returns the command that restores `file` into this database, in backticks.
    pub(crate) fn how_to_restore(&self, file: &str) -> String {
        how_to_restore(&self.0.restore, file)
    }

    /// Returns the command that lacks only the file.
    pub(super) fn restore(&self) -> &str {
        &self.0.restore
    }

    /// Returns what is known about the runs. Empty if nothing is known.
    pub(super) fn runs(&self) -> io::Result<Runs> {
        let mut file = &self.0.file;
        file.seek(SeekFrom::Start(0))?;
        Runs::read(file)
    }

    /// Stores which runs the database may have from now on.
    pub(super) fn set_runs(&self, runs: &Runs) -> io::Result<()> {
        let text = runs.to_text();
        let mut file = &self.0.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
        file.sync_all()
    }

    /// Stores that the data was saved in `copy`, a file beside the database.
    pub(super) fn set_rescued(&self, copy: &Path) -> io::Result<()> {
        let name = copy.file_name().map(|name| name.to_string_lossy().into());
        self.set_runs(&Runs {
            rescued: name,
            ..self.runs()?
        })
    }

    /// Returns the copy that the last run saved, unless it was removed since.
    pub(crate) fn rescued(&self) -> Result<Option<PathBuf>> {
        let runs = self
            .runs()
            .map_err(|cause| named(self.database(), &cause))?;
        let copy = runs
            .rescued
            .map(|name| folder_of(self.database()).join(name));
        Ok(copy.filter(|copy| copy.exists()))
    }

    /// Returns whether a run has written the database.
    pub(crate) fn names_a_run(&self) -> Result<bool> {
        let runs = self
            .runs()
            .map_err(|cause| named(self.database(), &cause))?;
        Ok(!runs.is_empty())
    }

    /// Removes the run ids, because the next database file has no log.
    pub(crate) fn forget_runs(&self) -> Result<()> {
        self.set_runs(&Runs::default())
            .map_err(|cause| named(self.database(), &cause))
    }
}

/// Completes `restore`, a command that lacks only the file, and puts it in backticks.
pub(super) fn how_to_restore(restore: &str, file: &str) -> String {
    format!("`{restore} {file}`")
}

fn try_lock(file: &File, database: &Path) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Error::internal(format!(
            "{} is in use by another Parlour; stop that one first",
            database.display()
        ))),
        Err(TryLockError::Error(cause)) => Err(named(database, &cause)),
    }
}

/// Refuses a database file with several names. SQLite looks for the log beside the name that it was
/// given, so it would miss the log beside another one.
///
/// # Errors
/// [`Error::Internal`] with the file and how to find the other names.
pub(crate) fn refuse_other_names(database: &Path) -> Result<()> {
    let names = database.metadata().map_or(1, |file| file.nlink());
    if names == 1 {
        return Ok(());
    }
    Err(Error::internal(format!(
        "{0} has {names} names (hard links), and the log next to one of them is not found under \
         another, so messages would be lost. Keep the name that has a -wal file next to it, or \
         that the last server used, and remove the others; to list them, run: find / -xdev \
         -samefile {1}",
        database.display(),
        quoted(database)
    )))
}

/// Appends `ending` to the whole file name, as SQLite does for its side files.
pub(crate) fn side_file(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Resolves symbolic links. Of a missing file, resolves only the folder, because the first start
/// creates the file there.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or(cause)?;
            Ok(folder_of(path).canonicalize()?.join(name))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn another_path_to_the_same_file_meets_the_same_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "").unwrap();
        symlink(&file, &link).unwrap();
        let take = |path: &Path| DatabaseLock::take(path, "restore".into());
        let first = take(&file).unwrap();
        assert!(take(&link).is_err());
        drop(first);
        assert!(take(&link).is_ok());
    }

    #[test]
    fn another_name_of_the_same_file_meets_the_same_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        let take = |path: &Path| DatabaseLock::take(path, "restore".into());
        let first = take(&file).unwrap();
        fs::write(&file, "").unwrap();
        first.hold_file().unwrap();
        fs::hard_link(&file, &link).unwrap();
        assert!(take(&link).is_err());
        fs::remove_file(folder.path().join("a.lock")).unwrap();
        assert!(take(&file).is_err(), "without its lock file");
        drop(first);
        assert!(take(&link).is_ok());
        assert!(refuse_other_names(&link).is_err());
        fs::remove_file(&file).unwrap();
        assert!(refuse_other_names(&link).is_ok());
    }

    #[test]
    fn runs_are_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let lock = DatabaseLock::take(&path, "restore".into()).unwrap();
        assert!(lock.runs().unwrap().is_empty());
        let runs = Runs {
            with_log: vec!["none".into(), "first".into()],
            whole: vec!["second".into()],
            rescued: Some("a copy".into()),
        };
        lock.set_runs(&runs).unwrap();
        assert_eq!(lock.runs().unwrap(), runs);
        assert_eq!(Runs::beside(&path).unwrap(), runs);
        lock.forget_runs().unwrap();
        assert_eq!(lock.runs().unwrap(), Runs::default());
    }
}
