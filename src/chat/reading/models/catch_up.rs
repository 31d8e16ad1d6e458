//! The catch-up summary of a room: mentions, replies, counts of messages and people, and the most
//! reacted messages since a member last read it. It consists of queries only; nothing is summarised
//! in prose.

use std::collections::HashMap;

use diesel::{prelude::*, sql_query, sql_types::BigInt};

use crate::{
    accounts::{Person, UserRef},
    chat::{log::MessageId, rooms::RoomMember},
    db::{Connection, Timestamp},
    schema::{blocks, mentions, messages, users},
};

/// The maximum number of messages that are counted. Looking further back would take long without
/// telling the reader more.
const LOOKED_AT: i64 = 2_000;
/// The maximum length of each list.
const LISTED: i64 = 10;
/// The number of most reacted messages.
const MOST_REACTED: usize = 3;

/// The messages that one member missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatchUp {
    /// The cursor: the summary covers later events.
    pub since: i64,
    /// The number of messages of others, at most 2,000.
    pub messages: i64,
    /// The number of their authors.
    pub people: i64,
    /// Messages that mention the member by name, newest first, at most ten of `mentions_in_all`.
    pub mentions: Vec<Missed>,
    /// The total number of mentions.
    pub mentions_in_all: i64,
    /// Replies to the member, newest first, at most ten of `replies_in_all`.
    pub replies: Vec<Missed>,
    /// The total number of replies.
    pub replies_in_all: i64,
    /// The three messages with the most reactions, each with the number of people who reacted.
    pub reacted: Vec<(Missed, i64)>,
}

/// A missed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The row id.
    pub id: MessageId,
    /// The number of its event.
    pub seq: i64,
    /// The author.
    pub author: Person,
    /// The text as typed.
    pub body: String,
    /// When it was posted.
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

/// Parameters: ?1 room, ?2 since, ?3 reader, ?4 limit. Counts the same messages as
/// [`super::Reading`].
const WHAT_COUNTS: &str = "FROM messages WHERE messages.room_id = ?1 AND messages.seq > ?2 \
    AND messages.author_id <> ?3 AND messages.deleted_at IS NULL AND messages.notice IS NULL \
    AND messages.author_id NOT IN \
        (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?3)";

type Row = (MessageId, i64, UserRef, String, Timestamp);

impl CatchUp {
    /// Reads what `member` missed after event `since`.
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

/// Returns the newest messages that mention the member, and their total number.
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
            UserRef::as_select(),
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
         WHERE reactions.user_id NOT IN \
            (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?3) \
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
            UserRef::as_select(),
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
    fn from((id, seq, author, body, created_at): Row) -> Self {
        Self {
            id,
            seq,
            author: Person::from(author),
            body,
            created_at,
        }
    }
}
