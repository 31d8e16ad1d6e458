//! The data folder, which holds all files of one server: database, secret key, lock. The database
//! may be elsewhere (`--database-url`), so it has a lock of its own.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
};

use rustix::{fs::Mode, process::umask};

use crate::{
    config::Settings,
    db::{DatabaseLock, side_file},
    error::{Error, Result},
    security::SecretKeys,
    whole_file::{give_to_owner_of, named},
};

/// The name of the lock file of a data folder.
const LOCK: &str = "parlour.lock";

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
                "{} is accessible to other users of this machine; run: chmod 700 {0}",
                path.display()
            )));
        }
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(named)?;
        give_to_owner_of(&lock_path, path);
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

/// The user and group that own the data of a server: those of the database, or else of the data
/// folder. A command that root runs must leave the files to them.
pub(crate) struct Owner {
    uid: u32,
    gid: u32,
}

impl Owner {
    /// Reads the owner of the data that is there now.
    pub(crate) fn of_data(settings: &Settings, database: &Path) -> Result<Self> {
        let model = if database.exists() {
            database
        } else {
            &settings.data
        };
        let model = model.metadata().map_err(|cause| named(model, &cause))?;
        Ok(Self {
            uid: model.uid(),
            gid: model.gid(),
        })
    }

    /// Gives the files of the server and `others` to the owner. Returns words for the operator if
    /// that is not possible, otherwise nothing.
    pub(crate) fn keep(&self, settings: &Settings, database: &Path, others: &[PathBuf]) -> String {
        let files = [
            database.to_owned(),
            side_file(database, ".lock"),
            settings.data.join(LOCK),
            SecretKeys::path_in(&settings.data),
        ];
        let is_foreign = |path: &&PathBuf| {
            path.symlink_metadata()
                .is_ok_and(|file| (file.uid(), file.gid()) != (self.uid, self.gid))
        };
        let left: Vec<_> = files
            .iter()
            .chain(others)
            .filter(is_foreign)
            .filter(|path| lchown(path, Some(self.uid), Some(self.gid)).is_err())
            .map(|path| path.display().to_string())
            .collect();
        if left.is_empty() {
            return String::new();
        }
        format!(
            " The data belongs to user {uid} and group {gid}, but the new files do not, so the \
             server may not be able to open them. As root, run: chown {uid}:{gid} {}",
            left.join(" "),
            uid = self.uid,
            gid = self.gid,
        )
    }
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
