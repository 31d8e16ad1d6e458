//! The content of the database file, read without the program.

use std::path::Path;

use diesel::{
    QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
    sql_types::{BigInt, Bool, Nullable, Text},
};

use crate::stage::database::connect;

/// The parts of the database that the verdict compares with the journals.
#[derive(Debug, Clone, Default)]
pub(super) struct Stored {
    /// The findings of `integrity_check` and `foreign_key_check`. Empty for a sound file.
    pub(super) complaints: Vec<String>,
    pub(super) rooms: Vec<StoredRoom>,
    /// Sorted by `room`, `seq`.
    pub(super) events: Vec<StoredEvent>,
    pub(super) messages: Vec<StoredMessage>,
    pub(super) reactions: Vec<StoredReaction>,
}

#[derive(Debug, Clone, QueryableByName)]
pub(super) struct StoredRoom {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) last_seq: i64,
}

#[derive(Debug, Clone, QueryableByName)]
pub(super) struct StoredEvent {
    #[diesel(sql_type = BigInt)]
    pub(super) room: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) seq: i64,
    #[diesel(sql_type = Text)]
    pub(super) kind: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) message: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) person: Option<i64>,
}

#[derive(Debug, Clone, QueryableByName)]
pub(super) struct StoredMessage {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) room: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) author: i64,
    #[diesel(sql_type = Text)]
    pub(super) client_id: String,
    #[diesel(sql_type = Text)]
    pub(super) body: String,
    #[diesel(sql_type = BigInt)]
    pub(super) seq: i64,
    #[diesel(sql_type = Bool)]
    pub(super) deleted: bool,
    /// Whether it is a notice, for example "ana added bo".
    #[diesel(sql_type = Bool)]
    pub(super) notice: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, QueryableByName)]
pub(super) struct StoredReaction {
    #[diesel(sql_type = BigInt)]
    pub(super) message: i64,
    #[diesel(sql_type = Text)]
    pub(super) emoji: String,
    #[diesel(sql_type = BigInt)]
    pub(super) person: i64,
}

#[derive(QueryableByName)]
struct Complaint {
    #[diesel(sql_type = Text)]
    complaint: String,
}

impl Stored {
    /// Reads the file. SQLite first applies a leftover log, as it would for the program.
    pub(super) fn read(database: &Path) -> Self {
        Self::try_read(database).unwrap_or_else(|error| Self {
            complaints: vec![error.to_string()],
            ..Self::default()
        })
    }

    fn try_read(database: &Path) -> QueryResult<Self> {
        let conn = &mut connect(database);
        Ok(Self {
            complaints: complaints(conn)?,
            rooms: sql_query("SELECT id, last_seq FROM rooms").load(conn)?,
            events: sql_query(
                "SELECT room_id AS room, seq, kind, message_id AS message, user_id AS person
                 FROM events ORDER BY room_id, seq",
            )
            .load(conn)?,
            messages: sql_query(
                "SELECT id, room_id AS room, author_id AS author, client_id, body, seq,
                     deleted_at IS NOT NULL AS deleted, notice IS NOT NULL AS notice
                 FROM messages ORDER BY room_id, seq",
            )
            .load(conn)?,
            reactions: sql_query(
                "SELECT message_id AS message, emoji, user_id AS person FROM reactions",
            )
            .load(conn)?,
        })
    }

    /// Returns the number of a room's newest event, or 0 if the room does not exist.
    pub(super) fn last_seq(&self, room: i64) -> i64 {
        let found = self.rooms.iter().find(|stored| stored.id == room);
        found.map_or(0, |stored| stored.last_seq)
    }

    /// Returns the number of the event that removed a person from a room.
    pub(super) fn removal(&self, room: i64, person: i64) -> Option<i64> {
        let is_removal = |event: &&StoredEvent| {
            event.room == room && event.kind == "member.left" && event.person == Some(person)
        };
        self.events.iter().find(is_removal).map(|event| event.seq)
    }
}

fn complaints(conn: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let query = "SELECT integrity_check AS complaint FROM pragma_integrity_check
         WHERE integrity_check <> 'ok'
         UNION ALL
         SELECT printf('row %d of %s has no %s', rowid, \"table\", parent)
         FROM pragma_foreign_key_check";
    let found = sql_query(query).load::<Complaint>(conn)?;
    Ok(found.into_iter().map(|row| row.complaint).collect())
}
