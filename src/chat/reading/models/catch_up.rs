//! The catch-up summary of a room: mentions and replies, pinned messages, the most reacted ones,
//! the latest ones, who joined, and counts of messages and people since a member last read it. It
//! consists of queries only; nothing is summarised in prose.

use std::collections::HashMap;

use diesel::{prelude::*, sql_query, sql_types::BigInt};

use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{
        log::{EventKind, MessageId},
        messages::{READ_CHARS, Reaction, substr},
        rooms::{RoomKind, RoomMember},
    },
    db::{Connection, Timestamp},
    friends::BlockedPeople,
    schema::{blocks, events, members, mentions, messages, pins, users},
};

/// The maximum number of messages that are counted. Looking further back would take long without
/// telling the reader more.
const LOOKED_AT: i64 = 2_000;
/// The number of most reacted messages.
const MOST_REACTED: i64 = 3;
/// The number of latest messages of a room in which nothing else stands out: enough to see what the
/// talk is about.
const LATEST: i64 = 2;
/// The number of people who joined that are named. The others are counted.
const JOINED: usize = 3;

/// The messages that one member missed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CatchUp {
    /// The cursor: the summary covers later events.
    pub since: i64,
    /// The number of messages of others, at most 2,000.
    pub messages: i64,
    /// The number of their authors.
    pub people: i64,
    /// Messages that mention the member by name or reply to them, newest first.
    pub calls: Vec<Missed>,
    /// The total number of mentions.
    pub mentions_in_all: i64,
    /// The total number of replies.
    pub replies_in_all: i64,
    /// Messages that others pinned, the last one first. They may be older, or of the member.
    pub pinned: Vec<Missed>,
    /// The three messages with the most reactions, without those above.
    pub reacted: Vec<Missed>,
    /// The latest messages, newest first, without those above. Of a direct conversation as many as
    /// `calls` may have, because they are all for the member; of others two, if nothing stands out.
    pub latest: Vec<Missed>,
    /// The first three members who joined.
    pub joined: Vec<Person>,
    /// The number of all members who joined.
    pub joined_in_all: usize,
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
    /// The beginning of the text as typed, enough for an excerpt.
    pub body: String,
    /// When it was posted.
    pub created_at: Timestamp,
    /// Whether it replies to the member. Only of `calls`.
    pub is_reply: bool,
    /// The author and a quote of the answered message, unless the member blocks that author.
    pub context: Option<(UserRef, String)>,
    /// The person who pinned it. Only of `pinned`.
    pub pinned_by: Option<UserRef>,
    /// The reactions of people whom the member does not block, in the order of first use.
    pub reactions: Vec<Reaction>,
    /// The answered message and a quote of it.
    answered: Option<(MessageId, String)>,
    /// Whether it is one of the counted messages, and listed nowhere above.
    counts: bool,
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
}

/// Parameters: ?1 room, ?2 since, ?3 reader, ?4 limit. Counts the same messages as
/// [`super::Reading`].
const WHAT_COUNTS: &str = "FROM messages WHERE messages.room_id = ?1 AND messages.seq > ?2 \
    AND messages.author_id <> ?3 AND messages.deleted_at IS NULL AND messages.notice IS NULL \
    AND messages.author_id NOT IN \
        (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?3)";

/// Selects the people whom this person blocks.
#[diesel::dsl::auto_type(no_type_alias)]
fn blocked_by(person: UserId) -> _ {
    blocks::table
        .filter(blocks::blocker_id.eq(person))
        .select(blocks::blocked_id)
}

/// The columns of a [`Missed`].
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Row {
    id: MessageId,
    seq: i64,
    #[diesel(select_expression = substr(messages::body, 1_i32, READ_CHARS))]
    #[diesel(select_expression_type = substr<messages::body, i32, i32>)]
    body: String,
    created_at: Timestamp,
    reply_to: Option<MessageId>,
    reply_quote: Option<String>,
}

impl CatchUp {
    /// Reads what `member` missed after event `since`, with at most `listed` mentions and replies,
    /// and as many pinned messages.
    pub fn read(
        conn: &mut Connection,
        member: &RoomMember,
        since: i64,
        listed: i64,
    ) -> QueryResult<Self> {
        let amount = sql_query(format!(
            "SELECT count(*) AS messages, count(DISTINCT author_id) AS people \
             FROM (SELECT messages.author_id {WHAT_COUNTS} LIMIT ?4)"
        ))
        .bind::<BigInt, _>(member.room.id)
        .bind::<BigInt, _>(since)
        .bind::<BigInt, _>(member.user)
        .bind::<BigInt, _>(LOOKED_AT)
        .get_result::<Amount>(conn)?;
        let mut all = Self {
            since,
            messages: amount.messages,
            people: amount.people,
            ..Self::default()
        };
        all.read_calls(conn, member, listed)?;
        all.read_pinned(conn, member, listed)?;
        all.read_reacted(conn, member)?;
        all.read_latest(conn, member, listed)?;
        all.read_joined(conn, member)?;
        all.complete(conn, member)?;
        Ok(all)
    }

    /// Returns the number of messages that count and are not listed.
    pub fn not_listed(&self) -> i64 {
        let lists = [&self.calls, &self.pinned, &self.reacted, &self.latest];
        let listed = lists.into_iter().flatten().filter(|one| one.counts);
        self.messages - i64::try_from(listed.count()).unwrap_or(i64::MAX)
    }

    /// Reads the newest messages that mention the member or reply to them, and their numbers.
    fn read_calls(
        &mut self,
        conn: &mut Connection,
        member: &RoomMember,
        listed: i64,
    ) -> QueryResult<()> {
        let since = self.since;
        let calling = || {
            mentions::table
                .inner_join(messages::table.inner_join(users::table))
                .filter(mentions::user_id.eq(member.user))
                .filter(mentions::room_id.eq(member.room.id))
                .filter(mentions::seq.gt(since))
                .filter(messages::author_id.ne(member.user))
                .filter(messages::deleted_at.is_null())
                .filter(messages::author_id.ne_all(blocked_by(member.user)))
        };
        let in_all = |is_reply: bool| calling().filter(mentions::is_reply.eq(is_reply)).count();
        self.mentions_in_all = in_all(false).get_result(conn)?;
        self.replies_in_all = in_all(true).get_result(conn)?;
        let rows = calling()
            .order(mentions::seq.desc())
            .limit(listed)
            .select((Row::as_select(), UserRef::as_select(), mentions::is_reply))
            .load::<(Row, UserRef, bool)>(conn)?;
        let call = |(row, author, is_reply)| Missed {
            is_reply,
            ..Missed::from((row, author))
        };
        self.calls = rows.into_iter().map(call).collect();
        Ok(())
    }

    /// Reads the messages that others pinned since, as far as neither their authors nor those who
    /// pinned them are blocked.
    fn read_pinned(
        &mut self,
        conn: &mut Connection,
        member: &RoomMember,
        listed: i64,
    ) -> QueryResult<()> {
        let rows = pins::table
            .inner_join(messages::table.inner_join(users::table))
            .filter(pins::room_id.eq(member.room.id))
            .filter(pins::seq.gt(self.since))
            .filter(pins::user_id.ne(member.user))
            .filter(pins::user_id.ne_all(blocked_by(member.user)))
            .filter(messages::author_id.ne_all(blocked_by(member.user)))
            .order(pins::seq.desc())
            .limit(listed)
            .select((Row::as_select(), UserRef::as_select(), pins::user_id))
            .load::<(Row, UserRef, UserId)>(conn)?;
        let ids: Vec<UserId> = rows.iter().map(|(_, _, by)| *by).collect();
        let people = UserRef::of_ids(conn, &ids)?;
        for (row, author, by) in rows {
            let is_new = row.seq > self.since && author.id != member.user;
            let is_above = self.calls.iter().any(|call| call.id == row.id);
            self.pinned.push(Missed {
                counts: is_new && !is_above,
                pinned_by: people.get(&by).cloned(),
                ..Missed::from((row, author))
            });
        }
        Ok(())
    }

    fn read_reacted(&mut self, conn: &mut Connection, member: &RoomMember) -> QueryResult<()> {
        let most = sql_query(format!(
            "SELECT reactions.message_id AS id, count(DISTINCT reactions.user_id) AS people \
             FROM (SELECT messages.id {WHAT_COUNTS} ORDER BY messages.seq DESC LIMIT ?4) AS missed \
             CROSS JOIN reactions ON reactions.message_id = missed.id \
             WHERE reactions.user_id NOT IN \
                (SELECT blocks.blocked_id FROM blocks WHERE blocks.blocker_id = ?3) \
             GROUP BY reactions.message_id ORDER BY people DESC, id DESC LIMIT ?5"
        ))
        .bind::<BigInt, _>(member.room.id)
        .bind::<BigInt, _>(self.since)
        .bind::<BigInt, _>(member.user)
        .bind::<BigInt, _>(LOOKED_AT)
        .bind::<BigInt, _>(MOST_REACTED)
        .load::<Reacted>(conn)?;
        let mut ids: Vec<MessageId> = most.iter().map(|reacted| reacted.id).collect();
        // Calls and pinned messages show their reactions, too.
        let above: Vec<MessageId> = self
            .calls
            .iter()
            .chain(&self.pinned)
            .map(|one| one.id)
            .collect();
        ids.retain(|id| !above.contains(id));
        if ids.is_empty() {
            return Ok(());
        }
        let rows = messages::table
            .inner_join(users::table)
            .filter(messages::id.eq_any(&ids))
            .select((Row::as_select(), UserRef::as_select()))
            .load::<(Row, UserRef)>(conn)?;
        let mut found: HashMap<MessageId, Missed> = rows
            .into_iter()
            .map(|row| (row.0.id, Missed::from(row)))
            .collect();
        self.reacted = ids.iter().filter_map(|id| found.remove(id)).collect();
        Ok(())
    }

    fn read_latest(
        &mut self,
        conn: &mut Connection,
        member: &RoomMember,
        listed: i64,
    ) -> QueryResult<()> {
        let lists = [&self.calls, &self.pinned, &self.reacted];
        let stands_out = lists.iter().any(|list| !list.is_empty());
        let wanted = match member.room.kind {
            RoomKind::Direct => listed,
            _ if stands_out => return Ok(()),
            _ => LATEST.min(listed),
        };
        let above: Vec<MessageId> = lists
            .into_iter()
            .flatten()
            .map(|missed| missed.id)
            .collect();
        let rows = messages::table
            .inner_join(users::table)
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.gt(self.since))
            .filter(messages::author_id.ne(member.user))
            .filter(messages::deleted_at.is_null())
            .filter(messages::notice.is_null())
            .filter(messages::author_id.ne_all(blocked_by(member.user)))
            .filter(messages::id.ne_all(above))
            .order(messages::seq.desc())
            .limit(wanted)
            .select((Row::as_select(), UserRef::as_select()))
            .load::<(Row, UserRef)>(conn)?;
        self.latest = rows.into_iter().map(Missed::from).collect();
        Ok(())
    }

    /// Reads who joined since and is still a member.
    fn read_joined(&mut self, conn: &mut Connection, member: &RoomMember) -> QueryResult<()> {
        let recent = events::table
            .filter(events::room_id.eq(member.room.id))
            .filter(events::seq.gt(self.since))
            .order(events::seq.desc())
            .limit(LOOKED_AT)
            .select((events::kind, events::user_id))
            .load::<(EventKind, Option<UserId>)>(conn)?;
        let blocked = BlockedPeople::of(conn, member.user)?;
        let mut ids: Vec<UserId> = Vec::new();
        for (kind, subject) in recent.into_iter().rev() {
            let joined = subject.filter(|_| kind == EventKind::MemberJoined);
            let joined = joined.filter(|id| *id != member.user && !blocked.contains(*id));
            ids.extend(joined.filter(|id| !ids.contains(id)));
        }
        if ids.is_empty() {
            return Ok(());
        }
        let people = members::table
            .inner_join(users::table)
            .filter(members::room_id.eq(member.room.id))
            .filter(members::user_id.eq_any(&ids))
            .select(UserRef::as_select())
            .load::<UserRef>(conn)?;
        self.joined_in_all = people.len();
        let named = people.into_iter().take(JOINED).map(Person::from);
        self.joined = named.collect();
        Ok(())
    }

    /// Adds the reactions and the authors of what was answered, without blocked people.
    fn complete(&mut self, conn: &mut Connection, member: &RoomMember) -> QueryResult<()> {
        let blocked = BlockedPeople::of(conn, member.user)?;
        let lists = [&self.calls, &self.pinned, &self.reacted, &self.latest];
        let listed = || lists.into_iter().flatten();
        let ids: Vec<MessageId> = listed().map(|one| one.id).collect();
        let answered: Vec<MessageId> = listed()
            .filter_map(|one| one.answered.as_ref().map(|(to, _)| *to))
            .collect();
        let reactions = Reaction::to(conn, &ids)?;
        let authors = authors_of(conn, &answered)?;
        let lists = [
            &mut self.calls,
            &mut self.pinned,
            &mut self.reacted,
            &mut self.latest,
        ];
        for one in lists.into_iter().flatten() {
            // A message may be both a call and pinned.
            let found = reactions.get(&one.id).cloned().unwrap_or_default();
            one.reactions = found
                .into_iter()
                .filter_map(|reaction| unblocked(reaction, &blocked))
                .collect();
            one.context = one.answered.take().and_then(|(to, quote)| {
                let author = authors.get(&to)?;
                (!blocked.contains(author.id)).then(|| (author.clone(), quote))
            });
        }
        Ok(())
    }
}

/// Returns the reaction without the people whom the reader blocks, unless nobody is left.
fn unblocked(mut reaction: Reaction, blocked: &BlockedPeople) -> Option<Reaction> {
    reaction
        .people
        .retain(|person| !blocked.contains(person.id));
    (!reaction.people.is_empty()).then_some(reaction)
}

fn authors_of(
    conn: &mut Connection,
    ids: &[MessageId],
) -> QueryResult<HashMap<MessageId, UserRef>> {
    // For an empty list, SQLite would scan all messages.
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = messages::table
        .inner_join(users::table)
        .filter(messages::id.eq_any(ids))
        .select((messages::id, UserRef::as_select()))
        .load::<(MessageId, UserRef)>(conn)?;
    Ok(rows.into_iter().collect())
}

impl From<(Row, UserRef)> for Missed {
    fn from((row, author): (Row, UserRef)) -> Self {
        Self {
            id: row.id,
            seq: row.seq,
            author: Person::from(author),
            body: row.body,
            created_at: row.created_at,
            is_reply: false,
            context: None,
            pinned_by: None,
            reactions: Vec::new(),
            counts: true,
            answered: row.reply_to.zip(row.reply_quote),
        }
    }
}
