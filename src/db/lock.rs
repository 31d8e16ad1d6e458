//! The lock file beside the database: at most one server per database, whatever path leads to it.
//! The lock file also stores which runs may have written the write-ahead log, see [`super::run`].

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    whole_file::{folder_of, named},
};

/// The maximum size of a lock file, in bytes. It holds two run ids and their line ends.
const MAX_BYTES: u64 = 1024;

/// An exclusive lock on a database, held until it is dropped.
#[derive(Debug)]
pub(crate) struct DatabaseLock {
    file: File,
    database: PathBuf,
}

impl DatabaseLock {
    /// Locks the database at `path`, which need not exist yet.
    ///
    /// # Errors
    /// [`Error::Internal`] with the database's path if another process holds the lock.
    pub(crate) fn take(path: &Path) -> Result<Self> {
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
        match file.try_lock() {
            Ok(()) => Ok(Self { file, database }),
            Err(TryLockError::WouldBlock) => Err(Error::internal(format!(
                "{} is in use by another Parlour; stop that one first",
                database.display()
            ))),
            Err(TryLockError::Error(cause)) => Err(named(&lock, &cause)),
        }
    }

    /// Returns the path of the database without symbolic links.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// Returns the runs that may have written the log. Empty if nothing is known.
    pub(super) fn runs(&self) -> io::Result<Vec<String>> {
        let mut text = String::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.take(MAX_BYTES).read_to_string(&mut text)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Stores which runs may write the log from now on.
    pub(super) fn set_runs(&self, runs: &[&str]) -> io::Result<()> {
        let text: String = runs.iter().flat_map(|run| [run, "\n"]).collect();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
        file.sync_all()
    }

    /// Removes the run ids, because the next database file has no log.
    pub(crate) fn forget_runs(&self) -> Result<()> {
        self.set_runs(&[])
            .map_err(|cause| named(&self.database, &cause))
    }
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
        let first = DatabaseLock::take(&file).unwrap();
        assert!(DatabaseLock::take(&link).is_err());
        drop(first);
        assert!(DatabaseLock::take(&link).is_ok());
    }

    #[test]
    fn runs_are_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let lock = DatabaseLock::take(&folder.path().join("a")).unwrap();
        assert!(lock.runs().unwrap().is_empty());
        lock.set_runs(&["none", "first"]).unwrap();
        assert_eq!(lock.runs().unwrap(), ["none", "first"]);
        lock.set_runs(&["second"]).unwrap();
        assert_eq!(lock.runs().unwrap(), ["second"]);
    }
}
