//! The epoch: the identity of a database's history. After a restore, the same row ids and event
//! numbers are used again for other things. So whatever a browser keeps between two connections is
//! valid only in its epoch.

use std::fmt;

use diesel::{prelude::*, sql_query, sql_types::BigInt};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Connection;
use crate::schema::history;

/// The id of the only row.
pub(super) const ROW: i64 = 1;

/// A random id, 32 hexadecimal digits. It is created with the database and replaced at each
/// restore.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(String);

impl Epoch {
    /// Reads the epoch of the open database.
    ///
    /// # Errors
    /// Any error of the database. A migrated database has exactly one epoch.
    pub fn read(conn: &mut Connection) -> QueryResult<Self> {
        let epoch = history::table.find(ROW).select(history::epoch);
        epoch.first(conn).map(Self)
    }

    /// Replaces the epoch of a restored database.
    ///
    /// # Errors
    /// Any error of the database.
    pub fn renew(conn: &mut Connection) -> QueryResult<Self> {
        let epoch = Self::random();
        diesel::update(history::table.find(ROW))
            .set(history::epoch.eq(&epoch.0))
            .execute(conn)?;
        Ok(epoch)
    }

    /// Returns a new random epoch.
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Returns whether the file has run ids. Files of earlier versions do not.
pub(super) fn knows_runs(conn: &mut Connection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Columns {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = "SELECT count(*) AS count FROM pragma_table_info('history') WHERE name = 'run_id'";
    let columns: Columns = sql_query(query).get_result(conn)?;
    Ok(columns.count > 0)
}

/// Removes the run id from a copy.
pub(super) fn forget_run(conn: &mut Connection) -> QueryResult<()> {
    if knows_runs(conn)? {
        let no_run = history::run_id.eq(None::<String>);
        diesel::update(history::table.find(ROW))
            .set(no_run)
            .execute(conn)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::TestDatabase;

    #[actix_web::test]
    async fn each_database_has_an_epoch_of_its_own_until_it_is_renewed() {
        let (one, other) = (TestDatabase::new(), TestDatabase::new());
        assert_ne!(one.epoch(), other.epoch());
        let before = one.read(|conn| Ok(Epoch::read(conn)?)).await.unwrap();
        assert_eq!(&before, one.epoch());
        let renewed = one.write(|conn| Ok(Epoch::renew(conn)?)).await.unwrap();
        let after = one.read(|conn| Ok(Epoch::read(conn)?)).await.unwrap();
        assert_eq!(after, renewed);
        assert_ne!(after, before);
    }
}
