//! Detects that the database file or its log was removed or replaced under the running server.
//! SQLite would continue with the open files, and everything stored from then on would be lost when
//! it closes them.

use std::{
    fs::File,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::lock::{DatabaseLock, side_file};

/// Device and inode, which identify the file behind a path.
type Identity = (u64, u64);

/// The identities of the files at the start. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct FileWatch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: [(PathBuf, Option<Identity>); 2],
    lost: AtomicBool,
    /// Kept open until the last connection is closed.
    _database: Option<Arc<File>>,
}

impl FileWatch {
    /// Records the identities of the database and of its log. Both must be open.
    pub(super) fn start(lock: &DatabaseLock) -> Self {
        let path = lock.database();
        let files = [path.to_owned(), side_file(path, "-wal")].map(|path| {
            let identity = identity(&path);
            (path, identity)
        });
        let lost = AtomicBool::new(false);
        Self(Arc::new(Inner {
            files,
            lost,
            _database: lock.database_file(),
        }))
    }

    /// Returns the path of the database file.
    pub(super) fn database(&self) -> &Path {
        &self.0.files[0].0
    }

    /// Returns the first file that was removed or replaced.
    pub(super) fn moved(&self) -> Option<&Path> {
        let moved = |(path, before): &&(PathBuf, Option<Identity>)| identity(path) != *before;
        self.0
            .files
            .iter()
            .find(moved)
            .map(|(path, _)| path.as_path())
    }

    /// Records that nothing is stored any more.
    pub(super) fn give_up(&self) {
        self.0.lost.store(true, Ordering::Release);
    }

    /// Returns whether the writer has stopped storing.
    pub(super) fn is_lost(&self) -> bool {
        self.0.lost.load(Ordering::Acquire)
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let file = path.metadata().ok()?;
    Some((file.dev(), file.ino()))
}
