//! A database for one test, in a temporary folder, with the real migrations.

use std::ops::Deref;

use super::Database;

/// A test database. Dropping it removes its folder.
pub(crate) struct TestDatabase {
    database: Database,
    _folder: tempfile::TempDir,
}

impl TestDatabase {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite3")).unwrap();
        Self {
            database,
            _folder: folder,
        }
    }
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}
