//! Atomic creation of files: a file is written in a temporary folder beside its target, flushed,
//! and then renamed. A failure at any point removes the temporary files.
//!
//! Used by backups, restores, the copy before a migration, and the secret key.

use std::{
    fs::{self, File, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use crate::error::{Error, Result};

/// The prefix of temporary folders, by which leftovers of a killed process are recognised.
pub(crate) const TEMPORARY_PREFIX: &str = ".parlour-unfinished-";

/// A file that is being written. Dropping it before [`WholeFile::finish`] removes it.
pub(crate) struct WholeFile {
    folder: TempDir,
    target: PathBuf,
}

impl WholeFile {
    /// Prepares to write `target`, which must not exist.
    ///
    /// # Errors
    /// [`Error::Internal`] with the file if it exists, or with its folder if that is not writable.
    pub(crate) fn begin(target: &Path) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(exists(target));
        }
        let folder = temporary_folder(folder_of(target))?;
        let target = target.to_owned();
        Ok(Self { folder, target })
    }

    /// Returns the temporary folder, where other temporary files may be written, too.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path to write to.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("whole")
    }

    /// Removes the access of other users, flushes the file, and renames it to its target.
    ///
    /// # Errors
    /// [`Error::Internal`] with the file, which does not exist then.
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

/// Creates a folder that only this user can open. Dropping it removes it.
pub(crate) fn temporary_folder(parent: &Path) -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(|cause| named(parent, &cause))
}

/// Removes temporary folders that killed processes left in `parent`.
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

/// Flushes a file or a folder to disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Returns the folder of `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Gives a new file to the owner of `model`, if root made it for another user. Failures are
/// ignored, because other users already own the files that they create.
pub(crate) fn give_to_owner_of(path: &Path, model: &Path) {
    if let (Ok(file), Ok(model)) = (path.symlink_metadata(), model.metadata())
        && file.uid() != model.uid()
    {
        drop(lchown(path, Some(model.uid()), Some(model.gid())));
    }
}

/// Returns an error with the file and the cause.
pub(crate) fn named(path: &Path, cause: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("{}: {cause}", path.display()))
}

/// Renames without replacing an existing file. On file systems that cannot do that atomically,
/// checks first.
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
        "{} already exists and was not changed; choose another file name",
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
