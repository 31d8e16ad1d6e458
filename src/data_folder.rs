//! The data folder, which holds all files of one server: database, secret key, lock. The database
//! may be elsewhere (`--database-url`), so it has a lock of its own.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

use rustix::{fs::Mode, process::umask};

use crate::{
    config::Settings,
    db::DatabaseLock,
    error::{Error, Result},
    whole_file::named,
};

/// An exclusive lock on the data folder, held until it is dropped.
#[derive(Debug)]
pub(crate) struct DataFolder {
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if it is missing, removes the access of other users, and locks it.
    ///
    /// # Errors
    /// [`Error::Internal`] with the folder and what is wrong with it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        close_new_files();
        let named = |cause: std::io::Error| named(path, &cause);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(named)?;
        let mode = fs::metadata(path).map_err(named)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::internal(format!(
                "{} is open to other people of this machine; run: chmod 700 {0}",
                path.display()
            )));
        }
        let lock = File::create(path.join("parlour.lock")).map_err(named)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::internal(format!(
                "{} is in use by another Parlour",
                path.display()
            ))),
            Err(TryLockError::Error(cause)) => Err(named(cause)),
        }
    }
}

/// Sets the process's umask so that other users cannot read new files. SQLite creates its side
/// files with it.
pub(crate) fn close_new_files() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Locks the data folder and the database for this process.
///
/// # Errors
/// The errors of [`DataFolder::open`] and [`DatabaseLock::take`].
pub(crate) fn hold(settings: &Settings) -> Result<(DataFolder, DatabaseLock)> {
    let folder = DataFolder::open(&settings.data)?;
    let database = DatabaseLock::take(&settings.database_path(), settings.command("restore"))?;
    Ok((folder, database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_and_an_open_folder_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("data");
        let first = DataFolder::open(&path).unwrap();
        assert!(DataFolder::open(&path).is_err());
        drop(first);
        assert!(DataFolder::open(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(DataFolder::open(&path).is_err());
    }
}
