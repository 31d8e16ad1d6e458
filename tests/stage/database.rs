//! What really is in the site's database, read past the program.

use std::path::Path;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::{InstrumentationEvent, SimpleConnection},
    query_builder::SqlQuery,
    query_dsl::methods::LoadQuery,
    sql_query,
    sql_types::BigInt,
};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The one number that a query gives, under the name `number`.
pub(crate) fn number(database: &Path, query: &str) -> i64 {
    rows::<Number>(database, query)[0].number
}

/// All rows that a query gives.
pub(crate) fn rows<T>(database: &Path, query: &str) -> Vec<T>
where
    SqlQuery: for<'query> LoadQuery<'query, SqliteConnection, T>,
{
    sql_query(query).load(&mut connect(database)).unwrap()
}

/// Changes the database past the program.
pub(crate) fn change(database: &Path, statements: &str) {
    connect(database).batch_execute(statements).unwrap();
}

fn connect(database: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    // What the tests ask is no query of the site.
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    connection
        .batch_execute("PRAGMA busy_timeout = 5000")
        .unwrap();
    connection
}
