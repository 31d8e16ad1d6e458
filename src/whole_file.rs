//! Files that get their name only when they are whole: written in a temporary folder beside the
//! target, flushed, then renamed. A failure at any point removes what was written.
//!
//! Used by backups, restores, the copy before a migration and the secret key.

use std::{
    fs::{self, File, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use crate::error::{Error, Result};

/// Begins the name of each temporary folder, so that leftovers of a killed process are recognised.
pub(crate) const TEMPORARY_PREFIX: &str = ".parlour-unfinished-";

/// A file that is being written; dropped before [`WholeFile::finish`], nothing of it stays.
pub(crate) struct WholeFile {
    folder: TempDir,
    target: PathBuf,
}

impl WholeFile {
    /// Prepares to write `target`, which must not exist.
    ///
    /// # Errors
    /// [`Error::Internal`] naming the file when it exists, or its folder when nothing can be
    /// written there.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(exists(target));
        }
        let folder = temporary_folder(folder_of(target))?;
        let target = target.to_owned();
        Ok(Self { folder, target })
    }

    /// The temporary folder: whatever else is needed on the way may be written here, too.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where to write the content.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("whole")
    }

    /// Closes the file to other users, flushes it, and gives it its name.
    ///
    /// # Errors
    /// [`Error::Internal`] naming the file; it does not exist then.
    pub(crate) fn finish(self) -> Result<()> {
        let path = self.path();
        let renamed = fs::set_permissions(&path, Permissions::from_mode(0o600))
            .and_then(|()| sync(&path))
            .and_then(|()| rename_to_new(&path, &self.target))
            .and_then(|()| sync(folder_of(&self.target)));
        match renamed {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Err(exists(&self.target)),
            other => other.map_err(|cause| named(&self.target, &cause)),
        }
    }
}

/// Makes a folder that only this user can open, and that is removed when it is dropped.
pub(crate) fn temporary_folder(parent: &Path) -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(|cause| named(parent, &cause))
}

/// Removes the temporary folders that killed processes left in `parent`.
pub(crate) fn remove_leftovers(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(TEMPORARY_PREFIX) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Flushes a file or a folder to the disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The folder that holds `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// An error that names the file and keeps the cause.
pub(crate) fn named(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("{}: {cause}", path.display()))
}

/// Renames without replacing. Some file systems cannot promise that; there a look has to do.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if !to.exists() => {
            fs::rename(from, to)
        }
        other => Ok(other?),
    }
}

fn exists(target: &Path) -> Error {
    Error::internal(format!(
        "{} exists already and was left as it is; name another file",
        target.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("backup");
        let file = WholeFile::begin(&target).unwrap();
        fs::write(file.path(), "all of it").unwrap();
        assert!(!target.exists());

        file.finish().unwrap();

        assert_eq!(names(folder.path()), ["backup"]);
        let mode = target.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = WholeFile::begin(&folder.path().join("backup")).unwrap();
        fs::write(file.path(), "half").unwrap();

        drop(file);

        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn an_existing_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("backup");
        let late = WholeFile::begin(&target).unwrap();
        fs::write(late.path(), "new").unwrap();
        fs::write(&target, "old").unwrap();

        assert!(WholeFile::begin(&target).is_err());
        assert!(late.finish().is_err());

        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        assert_eq!(names(folder.path()), ["backup"]);
    }
}
