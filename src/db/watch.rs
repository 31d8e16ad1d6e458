//! Notices when the database file or its log is removed or replaced under the running server. SQLite
//! goes on with the files that it has open, so everything stored from then on would be lost at the end.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::lock::side_file;

/// Device and inode: what a name stands for.
type Identity = (u64, u64);

/// The files as they were at the start; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct FileWatch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: [(PathBuf, Option<Identity>); 2],
    lost: AtomicBool,
}

impl FileWatch {
    /// Remembers the database at `path` and its log, which are both open.
    pub(super) fn start(path: &Path) -> Self {
        let files = [path.to_owned(), side_file(path, "-wal")].map(|path| {
            let identity = identity(&path);
            (path, identity)
        });
        let lost = AtomicBool::new(false);
        Self(Arc::new(Inner { files, lost }))
    }

    /// The database file.
    pub(super) fn database(&self) -> &Path {
        &self.0.files[0].0
    }

    /// The first file that is not what it was.
    pub(super) fn moved(&self) -> Option<&Path> {
        let moved = |(path, before): &&(PathBuf, Option<Identity>)| identity(path) != *before;
        self.0
            .files
            .iter()
            .find(moved)
            .map(|(path, _)| path.as_path())
    }

    /// From now on nothing is stored any more.
    pub(super) fn give_up(&self) {
        self.0.lost.store(true, Ordering::Release);
    }

    /// Whether the writer gave up.
    pub(super) fn is_lost(&self) -> bool {
        self.0.lost.load(Ordering::Acquire)
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let file = path.metadata().ok()?;
    Some((file.dev(), file.ino()))
}
