//! Direct access to the site's database, without the program.

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

/// Returns the single number of a query, which names it `number`.
pub(crate) fn number(database: &Path, query: &str) -> i64 {
    rows::<Number>(database, query)[0].number
}

/// Returns all rows of a query.
pub(crate) fn rows<T>(database: &Path, query: &str) -> Vec<T>
where
    SqlQuery: for<'query> LoadQuery<'query, SqliteConnection, T>,
{
    sql_query(query).load(&mut connect(database)).unwrap()
}

/// Changes the database without the program.
pub(crate) fn change(database: &Path, statements: &str) {
    connect(database).batch_execute(statements).unwrap();
}

/// Inserts `count` messages into a conversation of two people, the last one with the current time.
/// The authors alternate after every three messages, 97 seconds apart, with short and long texts
/// that start with their number. Both people have read them.
pub(crate) fn fill_room(database: &Path, room: i64, count: i64) {
    let statements = format!(
        "BEGIN IMMEDIATE;
        CREATE TEMP TABLE counted AS
            WITH RECURSIVE numbers (n) AS
                (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT {count})
            SELECT n, last_seq + n AS seq, n / 3 % 2 AS turn,
                unixepoch() * 1000 - ({count} - n) * 97000 AS created_at,
                (SELECT min(user_id) FROM members WHERE room_id = {room}) AS one,
                (SELECT max(user_id) FROM members WHERE room_id = {room}) AS other
            FROM numbers, rooms WHERE rooms.id = {room};
        INSERT INTO messages (room_id, author_id, client_id, body, seq, created_at)
            SELECT {room}, iif(turn, one, other), printf('%08d-0000-4000-8000-%012d', {room}, seq),
                seq || replace(hex(zeroblob(iif(seq % 7, seq % 5, seq % 90))), '00', ' word'),
                seq, created_at
            FROM counted;
        INSERT INTO events (room_id, seq, kind, actor_id, message_id, created_at)
            SELECT room_id, messages.seq, 'message.created', author_id, id, messages.created_at
            FROM messages JOIN counted ON counted.seq = messages.seq AND room_id = {room};
        UPDATE rooms SET last_seq = last_seq + {count}, last_message_at = unixepoch() * 1000
            WHERE id = {room};
        UPDATE members SET read_seq = (SELECT last_seq FROM rooms WHERE id = {room})
            WHERE room_id = {room};
        COMMIT;"
    );
    change(database, &statements);
}

/// Opens a connection that waits up to five seconds for a lock.
pub(crate) fn connect(database: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    // Exclude the queries of tests from the check of the site's queries.
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    connection
        .batch_execute("PRAGMA busy_timeout = 5000")
        .unwrap();
    connection
}
