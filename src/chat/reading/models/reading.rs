//! Read cursors and unread counts. Each person has one number per room, and all counts are derived
//! from it.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Text},
};

use super::level::Level;
use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomKind, RoomMember},
    db::{Connection, Timestamp},
    schema::{blocks, members, messages, read_before, rooms},
};

/// The cap of counts. Above it, a badge shows "99+".
pub const COUNTED: i64 = 100;
/// How long "mark all read" can be undone. Pages offer it for a shorter time, so that the offer is
/// valid.
const UNDO_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);

/// The read cursor and the unread counts of one member in one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The room.
    pub room: RoomId,
    /// The read cursor: all events up to this number are read.
    pub read_seq: i64,
    /// The room's newest event. The counts include it.
    pub last_seq: i64,
    /// The number of unread messages of others, at most [`COUNTED`]. Excludes deleted messages,
    /// notices, and messages of people whom the member blocks.
    pub unread: i64,
    /// The number of unread messages that mention the member. In a direct conversation all messages
    /// count.
    pub mentions: i64,
    /// The notification level.
    pub level: Level,
    /// The place among the pinned conversations, if it is pinned. Only the order means something.
    pub pin: Option<i64>,
    /// The kind of room.
    pub kind: RoomKind,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
    #[diesel(sql_type = BigInt)]
    mentions: i64,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pin: Option<i64>,
    #[diesel(sql_type = Text)]
    kind: RoomKind,
}

/// Counts all rooms of a person in one query. Raw SQL, because diesel cannot express a count with a
/// limit.
const COUNTS: &str = "SELECT members.room_id, members.read_seq, members.level, members.pin, rooms.last_seq, rooms.kind, \
    (SELECT count(*) FROM (SELECT 1 FROM messages \
        WHERE messages.room_id = members.room_id AND messages.seq > members.read_seq \
        AND messages.author_id <> ?1 \
        AND messages.deleted_at IS NULL AND messages.notice IS NULL \
        AND messages.author_id NOT IN \
            (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?1) \
        LIMIT 100)) AS unread, \
    (SELECT count(*) FROM (SELECT 1 FROM mentions \
        INNER JOIN messages ON messages.id = mentions.message_id \
        WHERE mentions.user_id = ?1 AND mentions.room_id = members.room_id \
        AND mentions.seq > members.read_seq \
        AND messages.author_id <> ?1 AND messages.deleted_at IS NULL \
        AND messages.author_id NOT IN \
            (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?1) \
        LIMIT 100)) AS mentions \
    FROM members INNER JOIN rooms ON rooms.id = members.room_id WHERE members.user_id = ?1";

/// Parameters: ?1 reader, ?2 room, ?3 the event after which messages count.
const MISSED: &str = "SELECT count(*) AS messages FROM (SELECT 1 FROM messages \
    WHERE messages.room_id = ?2 AND messages.seq > ?3 AND messages.author_id <> ?1 \
    AND messages.deleted_at IS NULL AND messages.notice IS NULL \
    AND messages.author_id NOT IN \
        (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?1) \
    LIMIT 10000)";

impl From<Row> for Reading {
    fn from(row: Row) -> Self {
        let is_direct = row.kind == RoomKind::Direct;
        Self {
            room: row.room_id,
            read_seq: row.read_seq,
            last_seq: row.last_seq,
            unread: row.unread,
            mentions: if is_direct { row.unread } else { row.mentions },
            level: Level::stored(&row.level, row.kind),
            pin: row.pin,
            kind: row.kind,
        }
    }
}

impl Reading {
    /// Returns the unread counts of all rooms of `user`.
    pub fn all_of(conn: &mut Connection, user: UserId) -> QueryResult<HashMap<RoomId, Self>> {
        let rows = sql_query(COUNTS)
            .bind::<BigInt, _>(user)
            .load::<Row>(conn)?;
        let reading = |row: Row| (row.room_id, Self::from(row));
        Ok(rows.into_iter().map(reading).collect())
    }

    /// Returns the unread counts of one room of `user`.
    ///
    /// # Errors
    /// [`diesel::NotFound`] if `user` is not in the room.
    pub fn of(conn: &mut Connection, user: UserId, room: RoomId) -> QueryResult<Self> {
        sql_query(format!("{COUNTS} AND members.room_id = ?2"))
            .bind::<BigInt, _>(user)
            .bind::<BigInt, _>(room)
            .get_result::<Row>(conn)
            .map(Self::from)
    }

    /// Returns whether the room is in the list of conversations and has unread messages.
    pub fn waits(&self) -> bool {
        self.unread > 0 && self.level != Level::Hidden
    }

    /// Returns the number for a badge: messages that mention the member.
    pub fn called(&self) -> i64 {
        if self.level == Level::Hidden {
            0
        } else {
            self.mentions
        }
    }
}

impl RoomMember {
    /// Moves the read cursor forward to event `seq`, never back. Returns whether it moved
    /// (idempotent).
    pub fn read_up_to(&self, conn: &mut Connection, seq: i64) -> QueryResult<bool> {
        let seq = seq.min(self.room.last_seq);
        let behind = members::table
            .find((self.room.id, self.user))
            .filter(members::read_seq.lt(seq));
        let moved = diesel::update(behind)
            .set(members::read_seq.eq(seq))
            .execute(conn)?;
        Ok(moved > 0)
    }

    /// Moves the read cursor back to before event `seq`, never forward. Returns whether it moved
    /// (idempotent).
    pub fn unread_from(&self, conn: &mut Connection, seq: i64) -> QueryResult<bool> {
        let seq = seq.max(1) - 1;
        let ahead = members::table
            .find((self.room.id, self.user))
            .filter(members::read_seq.gt(seq));
        let moved = diesel::update(ahead)
            .set(members::read_seq.eq(seq))
            .execute(conn)?;
        Ok(moved > 0)
    }

    /// Returns the number of messages of others after event `seq` that count, see
    /// [`Reading::unread`], at most 10,000. The limit bounds the time on a reader's thread.
    pub fn missed_after(&self, conn: &mut Connection, seq: i64) -> QueryResult<i64> {
        #[derive(QueryableByName)]
        struct Missed {
            #[diesel(sql_type = BigInt)]
            messages: i64,
        }
        let missed = sql_query(MISSED)
            .bind::<BigInt, _>(self.user)
            .bind::<BigInt, _>(self.room.id)
            .bind::<BigInt, _>(seq)
            .get_result::<Missed>(conn)?;
        Ok(missed.messages)
    }

    /// Returns the event number of the first unread message.
    pub fn first_unread(&self, conn: &mut Connection) -> QueryResult<Option<i64>> {
        let blocked = blocks::table
            .filter(blocks::blocker_id.eq(self.user))
            .select(blocks::blocked_id);
        messages::table
            .filter(messages::room_id.eq(self.room.id))
            .filter(messages::seq.gt(self.read_seq))
            .filter(messages::author_id.ne(self.user))
            .filter(messages::deleted_at.is_null())
            .filter(messages::notice.is_null())
            .filter(messages::author_id.ne_all(blocked))
            .order(messages::seq)
            .select(messages::seq)
            .first(conn)
            .optional()
    }
}

/// "Mark all read" and "mark as read", the last of which can be undone for a short time.
pub struct AllRead;

impl AllRead {
    /// Moves all read cursors to the end, and keeps their old values. Returns the rooms whose
    /// cursor moved.
    pub fn mark(conn: &mut Connection, user: UserId) -> QueryResult<Vec<RoomId>> {
        let behind = members::table
            .inner_join(rooms::table)
            .filter(members::user_id.eq(user))
            .filter(members::read_seq.lt(rooms::last_seq))
            .select((members::room_id, members::read_seq, rooms::last_seq))
            .load::<(RoomId, i64, i64)>(conn)?;
        if behind.is_empty() {
            // A form that is sent twice must not take the undo away.
            return Ok(Vec::new());
        }
        Self::forget(conn, user)?;
        for (room, before, last) in &behind {
            Self::move_cursor(conn, user, *room, (*before, *last))?;
        }
        Ok(behind.into_iter().map(|(room, ..)| room).collect())
    }

    /// The same for the room of `member`. Returns whether its cursor moved.
    pub fn mark_room(conn: &mut Connection, member: &RoomMember) -> QueryResult<bool> {
        let (before, last) = (member.read_seq, member.room.last_seq);
        if before >= last {
            return Ok(false);
        }
        Self::forget(conn, member.user)?;
        Self::move_cursor(conn, member.user, member.room.id, (before, last))?;
        Ok(true)
    }

    fn move_cursor(
        conn: &mut Connection,
        user: UserId,
        room: RoomId,
        (before, last): (i64, i64),
    ) -> QueryResult<()> {
        diesel::insert_into(read_before::table)
            .values((
                read_before::user_id.eq(user),
                read_before::room_id.eq(room),
                read_before::read_seq.eq(before),
                read_before::marked_at.eq(Timestamp::now()),
                read_before::marked_seq.eq(last),
            ))
            .execute(conn)?;
        diesel::update(members::table.find((room, user)))
            .set(members::read_seq.eq(last))
            .execute(conn)?;
        Ok(())
    }

    /// Undoes the last mark if it is recent, in the rooms where nobody moved the cursor
    /// since. Returns the rooms whose cursor moved.
    pub fn undo(conn: &mut Connection, user: UserId) -> QueryResult<Vec<RoomId>> {
        let since = Timestamp::now().minus(UNDO_WITHIN);
        let before = read_before::table
            .filter(read_before::user_id.eq(user))
            .filter(read_before::marked_at.gt(since))
            .select((
                read_before::room_id,
                read_before::read_seq,
                read_before::marked_seq,
            ))
            .load::<(RoomId, i64, i64)>(conn)?;
        let mut undone = Vec::new();
        for (room, seq, marked) in before {
            let unmoved = members::table
                .find((room, user))
                .filter(members::read_seq.eq(marked));
            let moved = diesel::update(unmoved)
                .set(members::read_seq.eq(seq))
                .execute(conn)?;
            if moved > 0 {
                undone.push(room);
            }
        }
        Self::forget(conn, user)?;
        Ok(undone)
    }

    /// Returns whether the last mark can still be undone.
    pub fn is_fresh(conn: &mut Connection, user: UserId) -> QueryResult<bool> {
        let since = Timestamp::now().minus(UNDO_WITHIN);
        let fresh = read_before::table
            .filter(read_before::user_id.eq(user))
            .filter(read_before::marked_at.gt(since));
        diesel::select(diesel::dsl::exists(fresh)).get_result(conn)
    }

    fn forget(conn: &mut Connection, user: UserId) -> QueryResult<usize> {
        diesel::delete(read_before::table.filter(read_before::user_id.eq(user))).execute(conn)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::chat::log::MessageId;
    use crate::chat::messages::NewMessage;
    use crate::chat::rooms::Room;
    use crate::chat::testing::ANA;
    use crate::chat::testing::BO;
    use crate::chat::testing::a_conversation;
    use crate::db::Database;
    use crate::db::testing::TestDatabase;
    use crate::schema::mentions;
    use crate::schema::users;

    async fn post(db: &Database, room: RoomId, author: UserId) -> (MessageId, i64) {
        let message = NewMessage::new(room, author, Uuid::new_v4(), "hello".into());
        let posted = db.write(move |conn| message.post(conn)).await.unwrap();
        (posted.message.id, posted.message.seq)
    }

    async fn counts(db: &Database, room: RoomId, user: UserId) -> (i64, i64) {
        let reading = db.read(move |conn| Ok(Reading::of(conn, user, room)?));
        let reading = reading.await.unwrap();
        (reading.unread, reading.mentions)
    }

    async fn first_unread(db: &Database, room: RoomId, user: UserId) -> Option<i64> {
        let first = move |conn: &mut _| Ok(RoomMember::find(conn, room, user)?.first_unread(conn)?);
        db.read(first).await.unwrap()
    }

    async fn run(db: &Database, statement: &'static str) {
        let run = move |conn: &mut _| Ok(diesel::sql_query(statement).execute(conn)?);
        assert!(db.write(run).await.unwrap() > 0, "{statement}");
    }

    #[actix_web::test]
    async fn only_what_others_said_and_did_not_take_back_is_unread() {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        for author in [ANA, BO, BO, ANA, BO] {
            post(&db, room, author).await;
        }
        assert_eq!(counts(&db, room, ANA).await, (3, 3));
        assert_eq!(counts(&db, room, BO).await, (2, 2));
        run(&db, "UPDATE messages SET deleted_at = 1 WHERE seq = 2").await;
        run(&db, "UPDATE messages SET notice = 'x' WHERE seq = 3").await;
        assert_eq!(counts(&db, room, ANA).await, (1, 1));
        assert_eq!(first_unread(&db, room, ANA).await, Some(5));
        assert_eq!(first_unread(&db, room, BO).await, Some(1));
        run(&db, "INSERT INTO blocks VALUES (1, 2, 0)").await;
        assert_eq!(counts(&db, room, ANA).await, (0, 0));
        assert_eq!(first_unread(&db, room, ANA).await, None);
        assert_eq!(counts(&db, room, BO).await, (2, 2));
    }

    #[actix_web::test]
    async fn outside_of_direct_conversations_only_calls_are_mentions() {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        run(&db, "UPDATE rooms SET kind = 'group', direct_key = NULL").await;
        post(&db, room, BO).await;
        let (message, seq) = post(&db, room, BO).await;
        let call = (
            mentions::user_id.eq(ANA),
            mentions::room_id.eq(room),
            mentions::seq.eq(seq),
            mentions::message_id.eq(message),
            mentions::is_reply.eq(false),
        );
        let called = move |conn: &mut _| {
            Ok(diesel::insert_into(mentions::table)
                .values(call)
                .execute(conn)?)
        };
        db.write(called).await.unwrap();
        assert_eq!(counts(&db, room, ANA).await, (2, 1));
        run(&db, "UPDATE messages SET deleted_at = 1 WHERE seq = 2").await;
        assert_eq!(counts(&db, room, ANA).await, (1, 0));
    }

    #[actix_web::test]
    async fn counts_stop_at_a_hundred() {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        for _ in 0..COUNTED + 5 {
            post(&db, room, BO).await;
        }
        assert_eq!(counts(&db, room, ANA).await, (COUNTED, COUNTED));
    }

    #[actix_web::test]
    async fn a_mark_is_undone_where_the_cursor_is_still_there_and_nowhere_else() {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        let mark = async || {
            db.write(|conn| Ok(AllRead::mark(conn, ANA)?))
                .await
                .unwrap()
        };
        let undo = async || {
            db.write(|conn| Ok(AllRead::undo(conn, ANA)?))
                .await
                .unwrap()
        };
        post(&db, room, BO).await;
        post(&db, room, BO).await;
        assert_eq!(mark().await, [room]);
        assert_eq!(mark().await, [], "a form that was sent twice");
        assert_eq!(undo().await, [room]);
        assert_eq!(counts(&db, room, ANA).await, (2, 2));
        assert_eq!(undo().await, []);

        mark().await;
        post(&db, room, BO).await;
        let read_on = move |conn: &mut Connection| {
            let member = RoomMember::find(conn, room, ANA)?;
            Ok(member.read_up_to(conn, member.room.last_seq)?)
        };
        assert!(db.write(read_on).await.unwrap());
        assert_eq!(undo().await, []);
        assert_eq!(counts(&db, room, ANA).await, (0, 0));
    }

    /// The query of a hello, with a thousand rooms of a hundred unread messages each.
    #[actix_web::test]
    async fn all_rooms_are_counted_by_one_query_from_the_index() {
        #[derive(QueryableByName)]
        struct Step {
            #[diesel(sql_type = Text)]
            detail: String,
        }
        let db = TestDatabase::new();
        a_conversation(&db).await;
        let plan = db.read(|conn| {
            let plan = sql_query(format!("EXPLAIN QUERY PLAN {COUNTS}"));
            Ok(plan.bind::<BigInt, _>(ANA).load::<Step>(conn)?)
        });
        let plan: Vec<String> = plan
            .await
            .unwrap()
            .into_iter()
            .map(|step| step.detail)
            .collect();
        let counted = "SEARCH messages USING COVERING INDEX messages_that_count";
        assert!(
            plan.iter().any(|step| step.starts_with(counted)),
            "{plan:#?}"
        );
        db.write(|conn| {
            for _ in 0..1_000 {
                let room = Room::open_direct(conn, ANA, BO)?.0.id;
                diesel::update(rooms::table.find(room))
                    .set(rooms::direct_key.eq(None::<String>))
                    .execute(conn)?;
                for seq in 1..=100_i64 {
                    let row = (
                        messages::room_id.eq(room),
                        messages::author_id.eq(BO),
                        messages::client_id.eq(format!("{room}-{seq}")),
                        messages::body.eq("x"),
                        messages::seq.eq(seq),
                        messages::created_at.eq(0_i64),
                    );
                    diesel::insert_into(messages::table)
                        .values(row)
                        .execute(conn)?;
                }
            }
            Ok(users::table.count().get_result::<i64>(conn)?)
        })
        .await
        .unwrap();
        let started = std::time::Instant::now();
        let all = db.read(|conn| Ok(Reading::all_of(conn, ANA)?)).await;
        let took = started.elapsed();
        let all = all.unwrap();
        assert!(all.len() >= 1_000);
        assert!(took.as_millis() < 1_000, "{took:?}");
    }
}
