//! Everything specific to SQLite: pragmas, migrations with their backup, and unsuitable file
//! systems.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use diesel::{
    Connection as _, ConnectionError,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource, MigrationVersion},
    r2d2::CustomizeConnection,
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, copy, watch::FileWatch};
use crate::error::{Error, Result};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// The pragmas of all connections. The busy time-out comes first, because the others may already
/// meet a lock. `FULL` is the durability promise: `NORMAL` survives a killed process, but not a
/// power cut. `secure_delete` overwrites deleted text with zeros, so that it is gone from the file.
/// The writer makes the checkpoints, see `run::Generations`.
const PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; \
    PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; \
    PRAGMA cell_size_check=ON; PRAGMA wal_autocheckpoint=0; \
    PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;";

/// `f_type` of NFS, SMB, CIFS and SMB2. Their locks are too weak for SQLite.
const NETWORK_FILE_SYSTEMS: [u32; 4] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42];

pub(super) fn connect(path: &Path) -> Result<Connection> {
    let named = |cause: String| Error::internal(cause).of_database(path);
    let mut conn =
        Connection::establish(&path.to_string_lossy()).map_err(|cause| named(cause.to_string()))?;
    conn.batch_execute(PRAGMAS)
        .map_err(|cause| named(cause.to_string()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(Error::internal)?;
    Ok(conn)
}

/// Further pragmas of read-only connections. The operating system caches hot pages already, so a
/// page cache above half a megabyte per reader takes memory and saves no time.
const READING: &str = "PRAGMA query_only=ON; PRAGMA cache_size=-512";

/// Sets the pragmas of read-only connections. Refuses to open a file that replaced the writer's
/// file, because reading it would start another write-ahead log.
#[derive(Debug)]
pub(super) struct ReadOnly(pub(super) FileWatch);

impl CustomizeConnection<Connection, diesel::r2d2::Error> for ReadOnly {
    fn on_acquire(&self, conn: &mut Connection) -> std::result::Result<(), diesel::r2d2::Error> {
        if let Some(path) = self.0.moved() {
            let words = format!("{} was removed or replaced", path.display());
            let cause = ConnectionError::BadConnection(words);
            return Err(diesel::r2d2::Error::ConnectionError(cause));
        }
        conn.batch_execute(PRAGMAS)
            .and_then(|()| conn.batch_execute(READING))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

pub(super) fn migrate(conn: &mut Connection, path: &Path) -> Result<()> {
    let applied = conn.applied_migrations().map_err(Error::Internal)?;
    refuse_newer(&applied)?;
    if !conn
        .has_pending_migration(MIGRATIONS)
        .map_err(Error::Internal)?
    {
        return Ok(());
    }
    if !applied.is_empty() {
        back_up(conn, path)?;
    }
    conn.run_pending_migrations(MIGRATIONS)
        .map_err(Error::Internal)?;
    Ok(())
}

fn refuse_newer(applied: &[MigrationVersion<'_>]) -> Result<()> {
    let known: Vec<Box<dyn Migration<Sqlite>>> =
        MIGRATIONS.migrations().map_err(Error::Internal)?;
    let is_known =
        |version: &MigrationVersion<'_>| known.iter().any(|one| one.name().version() == *version);
    match applied.iter().find(|version| !is_known(version)) {
        None => Ok(()),
        Some(version) => Err(Error::internal(format!(
            "the database has migration {version}, which this version of Parlour does not have; \
             start the newer version that created it"
        ))),
    }
}

fn back_up(conn: &mut Connection, path: &Path) -> Result<()> {
    let target = copy::beside(path, "before");
    copy::copy_as(conn, &target)?;
    log::info!(target: "parlour::db", "backed up to {} before migrating", target.display());
    Ok(())
}

/// Migrates a copy that nobody else has open, without another backup.
pub(super) fn migrate_copy(conn: &mut Connection) -> Result<()> {
    let applied = conn.applied_migrations().map_err(Error::Internal)?;
    if applied.is_empty() {
        return Err(Error::internal("this is not a Parlour database"));
    }
    refuse_newer(&applied)?;
    conn.run_pending_migrations(MIGRATIONS)
        .map_err(Error::Internal)?;
    Ok(())
}

pub(super) fn refuse_network_file_system(path: &Path) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let stat = rustix::fs::statfs(folder.unwrap_or(Path::new("."))).map_err(Error::internal)?;
    match u32::try_from(stat.f_type) {
        Ok(kind) if NETWORK_FILE_SYSTEMS.contains(&kind) => Err(Error::internal(format!(
            "{} is on a network file system, where SQLite can lose data; use a local disk",
            path.display()
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use diesel::{
        QueryableByName, RunQueryDsl, sql_query,
        sql_types::{BigInt, Bool, Text},
    };

    use super::*;

    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Bool)]
        required: bool,
    }

    fn migrated(folder: &tempfile::TempDir) -> Connection {
        let path = folder.path().join("test.sqlite3");
        let mut conn = connect(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        conn
    }

    fn columns_in_database(conn: &mut Connection, table: &str) -> Vec<String> {
        // `table_info` leaves out generated columns.
        sql_query("SELECT name, type AS kind, \"notnull\" AS required FROM pragma_table_xinfo(?)")
            .bind::<Text, _>(table)
            .load::<Column>(conn)
            .unwrap()
            .into_iter()
            .map(|column| {
                let kind = match column.kind.as_str() {
                    "BIGINT" | "INTEGER" => "BigInt",
                    "BOOLEAN" => "Bool",
                    _ => "Text",
                };
                let kind = if column.required {
                    kind.into()
                } else {
                    format!("Nullable<{kind}>")
                };
                format!("{} -> {kind},", column.name)
            })
            .collect()
    }

    #[test]
    fn schema_rs_says_what_the_migrations_make() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = migrated(&folder);
        let schema = include_str!("../schema.rs");
        let mut tables = 0_i64;
        for block in schema.split("diesel::table! {").skip(1) {
            let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
            let table = lines.next().unwrap().split(' ').next().unwrap();
            let columns: Vec<_> = lines.take_while(|line| *line != "}").collect();
            assert_eq!(columns_in_database(&mut conn, table), columns, "{table}");
            tables += 1;
        }
        assert_eq!(tables, tables_in_database(&mut conn));
    }

    fn tables_in_database(conn: &mut Connection) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let query = "SELECT COUNT(*) AS count FROM sqlite_master WHERE type = 'table' \
                     AND name NOT LIKE 'sqlite_%' AND name <> '__diesel_schema_migrations'";
        let counted = sql_query(query).get_result::<Count>(conn);
        counted.unwrap().count
    }

    #[test]
    fn sqlite_is_compiled_as_the_workspace_says() {
        #[derive(QueryableByName)]
        struct Used {
            #[diesel(sql_type = Bool)]
            used: bool,
        }

        let folder = tempfile::tempdir().unwrap();
        let mut conn = migrated(&folder);
        let mut uses = |option: &str| {
            let query = sql_query("SELECT sqlite_compileoption_used(?) AS used");
            let answer = query.bind::<Text, _>(option).get_result::<Used>(&mut conn);
            answer.unwrap().used
        };
        assert!(uses("ENABLE_QPSG") && uses("DEFAULT_MEMSTATUS=0"));
        assert!(!uses("ENABLE_MEMORY_MANAGEMENT"));
    }

    #[test]
    fn every_migration_can_be_undone_and_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = migrated(&folder);
        conn.revert_all_migrations(MIGRATIONS).unwrap();
        conn.run_pending_migrations(MIGRATIONS).unwrap();
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = migrated(&folder);
        sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
            .execute(&mut conn)
            .unwrap();
        let refused = migrate(&mut conn, &folder.path().join("test.sqlite3"));
        assert!(matches!(refused, Err(Error::Internal(_))));
    }
}
