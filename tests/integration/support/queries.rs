//! Records all queries of the sites in tests, and fails on those that scan whole tables or sort
//! possibly many rows.
//!
//! A query without an index is fast with the few rows of a test, but slow a year later. When a site
//! ends, each of its statements is checked once with `EXPLAIN QUERY PLAN`.

use std::{
    collections::HashSet,
    path::Path,
    sync::{Mutex, Once},
};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_query,
    sql_types::Text,
};

/// Suffixes of statements that may scan a whole table, each with the reason.
const MAY_SCAN: [(&str, &str); 3] = [
    (
        "FROM `__diesel_schema_migrations` ORDER BY `__diesel_schema_migrations`.`version` DESC",
        "one row for each migration, and only at the start",
    ),
    (
        "SELECT `friendships`.`user_a`, `friendships`.`user_b` FROM `friendships`",
        "the start looks for friends without a conversation",
    ),
    (
        "FROM `users` WHERE (`users`.`is_owner` = ?))",
        "asked at the start, and while a server has no owner",
    ),
];

/// Parts of statements that may sort the rows of an index, each with the reason why these are few.
const MAY_SORT: [(&str, &str); 6] = [
    (
        "ORDER BY `rooms`.`last_message_at` DESC, `rooms`.`id` DESC",
        "the conversations of one person",
    ),
    (
        "ORDER BY `friend_requests`.`created_at` DESC",
        "requests of one person, of whom the settings let few be open",
    ),
    (
        "ORDER BY `blocks`.`created_at` DESC",
        "people whom one person blocks",
    ),
    (
        "ORDER BY `sessions`.`last_seen_at` DESC",
        "sessions of one person, of which the settings let few be kept",
    ),
    (
        "AS missed CROSS JOIN reactions",
        "of what one person missed, the newest two thousand",
    ),
    (
        "count(DISTINCT author_id) AS people",
        "of what one person missed, two thousand",
    ),
];

static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
static UNEXPLAINED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Records the queries of all connections that are opened from now on.
pub(crate) fn watch() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| set_default_instrumentation(|| Some(Box::new(Collector))).unwrap());
}

struct Collector;

impl Instrumentation for Collector {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let InstrumentationEvent::StartQuery { query, .. } = event else {
            return;
        };
        let text = query.to_string();
        // The rest are the values.
        let statement = text
            .split(" -- binds")
            .next()
            .unwrap_or_default()
            .to_owned();
        if !["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"]
            .iter()
            .any(|verb| statement.trim_start().starts_with(verb))
        {
            return;
        }
        let mut seen = SEEN.lock().unwrap();
        if seen.get_or_insert_default().insert(statement.clone()) {
            UNEXPLAINED.lock().unwrap().push(statement);
        }
    }
}

/// Checks the recorded statements on a database that has all tables.
pub(crate) fn refuse_scans(database: &Path) {
    let statements = std::mem::take(&mut *UNEXPLAINED.lock().unwrap());
    let mut conn = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    let mut refused = Vec::new();
    for statement in statements {
        let steps = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<Step>(&mut conn);
        let steps = steps.unwrap_or_else(|failure| panic!("{statement}: {failure}"));
        for Step { detail } in steps {
            if scans(&statement, &detail) || sorts(&statement, &detail) {
                refused.push(format!("{detail}: {statement}"));
            }
        }
    }
    assert!(
        refused.is_empty(),
        "whole tables are read, or many rows sorted:\n{}",
        refused.join("\n")
    );
}

fn scans(statement: &str, step: &str) -> bool {
    let may = MAY_SCAN.iter().any(|(end, _)| statement.ends_with(end));
    // A subquery is fine to scan, because its own parts have been checked and LIMIT bounds it. A
    // pragma is no table.
    let own = [
        "SCAN CONSTANT ROW",
        "SCAN (subquery-",
        "SCAN missed",
        "SCAN pragma_",
    ];
    let reads_own = own.iter().any(|start| step.starts_with(start));
    step.starts_with("SCAN ") && !reads_own && !may
}

fn sorts(statement: &str, step: &str) -> bool {
    let may = MAY_SORT.iter().any(|(part, _)| statement.contains(part));
    step.starts_with("USE TEMP B-TREE") && !may
}
