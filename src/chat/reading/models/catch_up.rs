//! What happened in a room since somebody read it last, counted and not told: who was called, what
//! was answered, how much was said by how many, and what people reacted to most.

use std::collections::HashMap;

use diesel::{prelude::*, sql_query, sql_types::BigInt};

use crate::{
    accounts::{Person, UserId},
    chat::{log::MessageId, rooms::RoomMember},
    db::{Connection, Timestamp},
    schema::{blocks, mentions, messages, users},
};

/// More are counted as so many; to look further back would take long and say no more.
const LOOKED_AT: i64 = 2_000;
/// Lines of each list.
const LISTED: i64 = 10;
/// Of the most reacted ones.
const MOST_REACTED: usize = 3;

/// What one member missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatchUp {
    /// After this event.
    pub since: i64,
    /// Messages of others, at most 2,000.
    pub messages: i64,
    /// By how many of them.
    pub people: i64,
    /// Those that call the member by name, newest first, at most ten of `mentions_in_all`.
    pub mentions: Vec<Missed>,
    /// How many there are.
    pub mentions_in_all: i64,
    /// Those that answer the member, newest first, at most ten of `replies_in_all`.
    pub replies: Vec<Missed>,
    /// How many there are.
    pub replies_in_all: i64,
    /// The three that people reacted to most, with how many did.
    pub reacted: Vec<(Missed, i64)>,
}

/// A message that was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Row id.
    pub id: MessageId,
    /// Number of its event.
    pub seq: i64,
    /// Who wrote it.
    pub author: Person,
    /// As typed.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

#[derive(QueryableByName)]
struct Amount {
    #[diesel(sql_type = BigInt)]
    messages: i64,
    #[diesel(sql_type = BigInt)]
    people: i64,
}

#[derive(QueryableByName)]
struct Reacted {
    #[diesel(sql_type = BigInt)]
    id: MessageId,
    #[diesel(sql_type = BigInt)]
    people: i64,
}

/// ?1 room, ?2 since, ?3 reader, ?4 the limit. What counts is as in [`super::Reading`].
const WHAT_COUNTS: &str = "FROM messages WHERE messages.room_id = ?1 AND messages.seq > ?2 \
    AND messages.author_id <> ?3 AND messages.deleted_at IS NULL AND messages.notice IS NULL \
    AND messages.author_id NOT IN \
        (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?3)";

type Row = (MessageId, i64, UserId, String, String, Timestamp);

impl CatchUp {
    /// What `member` missed after event `since`.
    pub fn read(conn: &mut Connection, member: &RoomMember, since: i64) -> QueryResult<Self> {
        let amount = sql_query(format!(
            "SELECT count(*) AS messages, count(DISTINCT author_id) AS people \
             FROM (SELECT messages.author_id {WHAT_COUNTS} LIMIT ?4)"
        ))
        .bind::<BigInt, _>(member.room.id)
        .bind::<BigInt, _>(since)
        .bind::<BigInt, _>(member.user)
        .bind::<BigInt, _>(LOOKED_AT)
        .get_result::<Amount>(conn)?;
        let (mentions, mentions_in_all) = calls(conn, member, since, false)?;
        let (replies, replies_in_all) = calls(conn, member, since, true)?;
        Ok(Self {
            since,
            messages: amount.messages,
            people: amount.people,
            mentions,
            mentions_in_all,
            replies,
            replies_in_all,
            reacted: reacted(conn, member, since)?,
        })
    }
}

/// Messages that call the member: the newest, and how many there are.
fn calls(
    conn: &mut Connection,
    member: &RoomMember,
    since: i64,
    is_reply: bool,
) -> QueryResult<(Vec<Missed>, i64)> {
    let blocked = || {
        blocks::table
            .filter(blocks::blocker_id.eq(member.user))
            .select(blocks::blocked_id)
    };
    let calling = || {
        mentions::table
            .inner_join(messages::table.inner_join(users::table))
            .filter(mentions::user_id.eq(member.user))
            .filter(mentions::room_id.eq(member.room.id))
            .filter(mentions::seq.gt(since))
            .filter(mentions::is_reply.eq(is_reply))
            .filter(messages::author_id.ne(member.user))
            .filter(messages::deleted_at.is_null())
            .filter(messages::author_id.ne_all(blocked()))
    };
    let in_all = calling().count().get_result(conn)?;
    let rows = calling()
        .order(mentions::seq.desc())
        .limit(LISTED)
        .select((
            messages::id,
            messages::seq,
            users::id,
            users::username,
            messages::body,
            messages::created_at,
        ))
        .load::<Row>(conn)?;
    Ok((rows.into_iter().map(Missed::from).collect(), in_all))
}

fn reacted(
    conn: &mut Connection,
    member: &RoomMember,
    since: i64,
) -> QueryResult<Vec<(Missed, i64)>> {
    let most = sql_query(format!(
        "SELECT reactions.message_id AS id, count(DISTINCT reactions.user_id) AS people \
         FROM (SELECT messages.id {WHAT_COUNTS} ORDER BY messages.seq DESC LIMIT ?4) AS missed \
         CROSS JOIN reactions ON reactions.message_id = missed.id \
         GROUP BY reactions.message_id ORDER BY people DESC, id DESC LIMIT ?5"
    ))
    .bind::<BigInt, _>(member.room.id)
    .bind::<BigInt, _>(since)
    .bind::<BigInt, _>(member.user)
    .bind::<BigInt, _>(LOOKED_AT)
    .bind::<BigInt, _>(i64::try_from(MOST_REACTED).unwrap_or(i64::MAX))
    .load::<Reacted>(conn)?;
    let ids: Vec<MessageId> = most.iter().map(|reacted| reacted.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = messages::table
        .inner_join(users::table)
        .filter(messages::id.eq_any(ids))
        .select((
            messages::id,
            messages::seq,
            users::id,
            users::username,
            messages::body,
            messages::created_at,
        ))
        .load::<Row>(conn)?;
    let mut found: HashMap<MessageId, Missed> =
        rows.into_iter().map(|row| (row.0, row.into())).collect();
    let missed = |reacted: Reacted| Some((found.remove(&reacted.id)?, reacted.people));
    Ok(most.into_iter().filter_map(missed).collect())
}

impl From<Row> for Missed {
    fn from((id, seq, author, username, body, created_at): Row) -> Self {
        Self {
            id,
            seq,
            author: Person::new(author, username),
            body,
            created_at,
        }
    }
}
