//! The database: a pool of read-only connections, and one writer with group commit. `read` and
//! `write` run queries outside the event loop. Models get a `&mut Connection` and do not know the
//! pool.

mod connection;
pub(crate) mod copy;
mod enums;
mod epoch;
mod ids;
mod lock;
mod run;
mod sqlite;
#[cfg(test)]
pub(crate) mod testing;
mod timestamp;
mod watch;
mod writer;

use std::{
    num::NonZero,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use actix_web::web;
use diesel::{
    prelude::*,
    r2d2::{ConnectionManager, Pool},
};
use tokio::sync::Mutex;

pub use connection::Connection;
pub(crate) use enums::text_enum;
pub use epoch::Epoch;
pub(crate) use ids::id_type;
pub(crate) use lock::{DatabaseLock, refuse_other_names, side_file};
pub(crate) use run::{examine_beside_server, open_source};
pub use timestamp::Timestamp;
pub use writer::Refusal;

use crate::{
    config::quoted,
    error::{Error, Result},
    schema::history,
};
use watch::FileWatch;
use writer::Writer;

/// How long a read waits for a free connection before it fails with "busy".
const READER_WAIT: Duration = Duration::from_secs(5);
/// How long the readiness probe waits for the writer.
const PROBE_WAIT: Duration = Duration::from_secs(2);
/// How long the result of a probe is cached. Anybody may ask for it, and each probe flushes the
/// disk.
const PROBE_SHARED: Duration = Duration::from_secs(1);

/// A handle to one database file. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    readers: Pool<ConnectionManager<Connection>>,
    writer: Writer,
    epoch: Epoch,
    probe: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Database {
    /// Opens or creates the file at `path`, runs the embedded migrations (after a backup if there
    /// is data), and starts the writer.
    ///
    /// # Errors
    /// [`Error::Internal`] with the file's name if it cannot be opened, was written by a newer
    /// program, or is on a network file system.
    pub fn open(path: &Path) -> Result<Self> {
        let restore = format!("parlour --database-url {} restore", quoted(path));
        Self::open_locked(&DatabaseLock::take(path, restore)?)
    }

    /// Like [`Database::open`], for callers that hold the lock as long as the database is in use.
    ///
    /// # Errors
    /// The errors of [`Database::open`]. Also an error if the write-ahead log belongs to another file.
    pub(crate) fn open_locked(lock: &DatabaseLock) -> Result<Self> {
        let path = lock.database();
        sqlite::refuse_network_file_system(path)?;
        let found = run::examine(lock)?;
        let mut connection = sqlite::connect(path)?;
        lock.hold_file()?;
        sqlite::migrate(&mut connection, path).map_err(|error| error.of_database(path))?;
        let generations =
            run::begin(&mut connection, lock, found).map_err(|error| error.of_database(path))?;
        let epoch =
            Epoch::read(&mut connection).map_err(|error| Error::from(error).of_database(path))?;
        let watch = FileWatch::start(lock);
        // The mode `rw` does not create the file again if it was removed.
        let manager = ConnectionManager::new(copy::uri(path, "mode=rw")?);
        let readers = Pool::builder()
            .max_size(readers())
            .min_idle(Some(1))
            .max_lifetime(None)
            .connection_timeout(READER_WAIT)
            .connection_customizer(Box::new(sqlite::ReadOnly(watch.clone())))
            .build(manager)
            .map_err(Error::internal)?;
        Ok(Self {
            readers,
            writer: Writer::start(connection, watch, generations)?,
            epoch,
            probe: Arc::default(),
        })
    }

    /// Returns the epoch of this database, see [`Epoch`].
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Runs `query` on a read-only connection, on a blocking thread.
    ///
    /// # Errors
    /// [`Error::Busy`] if no connection is free within 5 s, otherwise the error of `query`.
    pub async fn read<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let readers = self.readers.clone();
        web::block(move || {
            let mut conn = readers.get().map_err(|error| {
                log::warn!(target: "parlour::db", "no read connection to the database was free \
                    within {READER_WAIT:?} ({error}); the disk is slow, or there are too many \
                    visitors");
                Error::Busy("database readers")
            })?;
            query(&mut conn)
        })
        .await
        .map_err(Error::internal)?
    }

    /// Runs `change` on the writer, in a savepoint of its own, and returns after the commit. If
    /// `change` fails, only its savepoint is rolled back.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full or the commit failed, otherwise the error of `change`.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.enqueue(change).await
    }

    /// Like [`Database::write`], but takes the place in the queue when called, not when first polled.
    /// So changes are committed in the order of the calls. The change may have its own type of
    /// refusal.
    pub fn enqueue<T, E, F>(
        &self,
        change: F,
    ) -> impl Future<Output = std::result::Result<T, E>> + Send + use<T, E, F> + 'static
    where
        T: Send + 'static,
        E: Refusal,
        F: FnOnce(&mut Connection) -> std::result::Result<T, E> + Send + 'static,
    {
        self.writer.enqueue(change)
    }

    /// Returns whether data can be stored, by committing a change of one page. The result is cached
    /// for a second.
    pub async fn is_ready(&self) -> bool {
        let mut last = self.probe.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < PROBE_SHARED
        {
            return ready;
        }
        // Store a result before awaiting. If this caller is cancelled, the next one must not probe
        // at once.
        *last = Some((Instant::now(), self.writer.is_healthy()));
        let probe = self.write(|conn| {
            let counted = history::probes.eq(history::probes + 1);
            Ok(diesel::update(history::table.find(epoch::ROW))
                .set(counted)
                .execute(conn)?)
        });
        let probe = tokio::time::timeout(PROBE_WAIT, probe).await;
        let ready = matches!(probe, Ok(Ok(1))) && self.writer.is_healthy();
        *last = Some((Instant::now(), ready));
        ready
    }

    /// Commits all queued changes, checkpoints the write-ahead log, and stops the writer. Blocks.
    pub fn close(&self) {
        self.writer.close();
    }
}

/// Prepares a copy to be a server's database: migrates and checks it, and gives it a new epoch.
///
/// # Errors
/// [`Error::Internal`] with what is wrong with it.
pub(crate) fn prepare_copy(path: &Path) -> Result<()> {
    let mut conn = copy::open_plain(path)?;
    copy::check(&mut conn)?;
    sqlite::migrate_copy(&mut conn)?;
    Epoch::renew(&mut conn)?;
    epoch::forget_run(&mut conn)?;
    copy::check(&mut conn)
}

/// The number of connections that read concurrently. In WAL mode, readers never wait for the
/// writer. Each connection has a page cache, so more connections than the processors can use would
/// only waste memory.
fn readers() -> u32 {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(cores).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::{Connection, testing::TestDatabase, *};
    use crate::schema::rooms;

    fn insert_room(conn: &mut Connection, kind: &str) -> Result<()> {
        let row = (rooms::kind.eq(kind.to_owned()), rooms::created_at.eq(1_i64));
        diesel::insert_into(rooms::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    }

    async fn kinds(db: &Database) -> Vec<String> {
        db.read(|conn| {
            Ok(rooms::table
                .order(rooms::id)
                .select(rooms::kind)
                .load(conn)?)
        })
        .await
        .unwrap()
    }

    #[actix_web::test]
    async fn a_failed_change_undoes_itself_and_leaves_its_neighbours() {
        let db = TestDatabase::new();
        let first = db.enqueue(|conn| insert_room(conn, "one"));
        let refused = db.enqueue(|conn| {
            insert_room(conn, "two")?;
            Err::<(), _>(Error::Forbidden)
        });
        let last = db.enqueue(|conn| insert_room(conn, "three"));
        assert!(first.await.is_ok());
        assert!(matches!(refused.await, Err(Error::Forbidden)));
        assert!(last.await.is_ok());
        assert_eq!(kinds(&db).await, ["one", "three"]);
    }

    #[actix_web::test]
    async fn a_panic_in_a_change_is_an_error_and_the_writer_lives_on() {
        let db = TestDatabase::new();
        let broken = db.write(|conn| {
            insert_room(conn, "lost")?;
            let nothing: Option<()> = None;
            nothing.ok_or(Error::NotFound).unwrap();
            Ok(())
        });
        assert!(matches!(broken.await, Err(Error::Internal(_))));
        assert!(db.write(|conn| insert_room(conn, "kept")).await.is_ok());
        assert_eq!(kinds(&db).await, ["kept"]);
    }

    #[actix_web::test]
    async fn a_reader_cannot_write() {
        let db = TestDatabase::new();
        assert!(db.read(|conn| insert_room(conn, "sneaky")).await.is_err());
    }

    #[actix_web::test]
    async fn after_close_a_write_is_refused_as_busy() {
        let db = TestDatabase::new();
        db.close();
        assert!(matches!(db.write(|_| Ok(())).await, Err(Error::Busy(_))));
    }

    #[actix_web::test]
    async fn requests_for_readiness_at_the_same_time_share_one_write() {
        let db = TestDatabase::new();
        let probes = || async {
            db.read(|conn| Ok(history::table.select(history::probes).first::<i64>(conn)?))
                .await
                .unwrap()
        };
        let before = probes().await;
        let ready = futures_util::future::join_all((0..20).map(|_| db.is_ready())).await;

        assert_eq!(ready, [true; 20]);
        assert_eq!(probes().await, before + 1);
    }
}
