//! Rows and queries of friend requests, friendships and blocks.

use diesel::{dsl::exists, prelude::*};
use serde::Serialize;

use super::relation::{LAPSE_IS_TOLD, LAPSES_AFTER};
use crate::{
    accounts::{Person, UserId, UserRef},
    db::{Connection, Timestamp},
    schema::{blocks, friend_requests, friendships, members, unknown_requests, users},
};

/// A friend request, until it is accepted, cancelled or expires.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = friend_requests)]
pub(super) struct FriendRequest {
    pub(super) sender_id: UserId,
    pub(super) recipient_id: UserId,
    pub(super) created_at: Timestamp,
    pub(super) declined_at: Option<Timestamp>,
    pub(super) cancelled_at: Option<Timestamp>,
    /// The name of the recipient as the sender typed it.
    pub(super) typed: String,
}

impl FriendRequest {
    pub(super) fn find(
        conn: &mut Connection,
        sender: UserId,
        recipient: UserId,
    ) -> QueryResult<Option<Self>> {
        friend_requests::table
            .find((sender, recipient))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Returns whether the recipient sees it.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.declined_at.is_none() && self.looks_pending(now)
    }

    /// Returns whether it looks pending to the sender. A declined one does until it lapses.
    pub(super) fn looks_pending(&self, now: Timestamp) -> bool {
        self.cancelled_at.is_none() && self.created_at >= now.minus(LAPSES_AFTER)
    }

    pub(super) fn delete(
        conn: &mut Connection,
        sender: UserId,
        recipient: UserId,
    ) -> QueryResult<usize> {
        diesel::delete(friend_requests::table.find((sender, recipient))).execute(conn)
    }

    /// Returns the senders of open requests to `recipient`, oldest first.
    pub(super) fn to(conn: &mut Connection, recipient: UserId) -> QueryResult<Vec<Person>> {
        let rows: Vec<UserRef> = friend_requests::table
            .inner_join(users::table.on(users::id.eq(friend_requests::sender_id)))
            .filter(friend_requests::recipient_id.eq(recipient))
            .filter(friend_requests::declined_at.is_null())
            .filter(friend_requests::cancelled_at.is_null())
            .filter(friend_requests::created_at.ge(Timestamp::now().minus(LAPSES_AFTER)))
            .order(friend_requests::created_at)
            .select(UserRef::as_select())
            .load(conn)?;
        Ok(people(rows))
    }
}

/// A request to a name that nobody bears.
#[derive(Debug, Insertable)]
#[diesel(table_name = unknown_requests)]
pub(super) struct UnknownRequest {
    sender_id: UserId,
    name_key: String,
    typed: String,
    created_at: Timestamp,
}

impl UnknownRequest {
    pub(super) fn ask(
        conn: &mut Connection,
        sender: UserId,
        (key, typed): (&str, &str),
    ) -> QueryResult<()> {
        let row = Self {
            sender_id: sender,
            name_key: key.to_owned(),
            typed: typed.to_owned(),
            created_at: Timestamp::now(),
        };
        diesel::replace_into(unknown_requests::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    }

    /// Deletes it. Returns whether there was one that the sender's list shows.
    pub(super) fn cancel(conn: &mut Connection, sender: UserId, key: &str) -> QueryResult<bool> {
        let own = unknown_requests::table.find((sender, key));
        Ok(diesel::delete(own).execute(conn)? == 1)
    }
}

/// A request as the list of its sender shows it. It has nothing that depends on whether the
/// recipient exists, so that nobody can try out names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRequest {
    /// The name as it was typed.
    pub typed: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Whether it lapsed without an answer.
    pub lapsed: bool,
}

impl SentRequest {
    /// Returns the requests of `sender` that look pending or lapsed recently, newest first.
    pub fn by(conn: &mut Connection, sender: UserId) -> QueryResult<Vec<Self>> {
        let now = Timestamp::now();
        let (lapsed, forgotten) = (now.minus(LAPSES_AFTER), forgotten(now));
        let mut rows: Vec<(String, Timestamp)> = friend_requests::table
            .filter(friend_requests::sender_id.eq(sender))
            .filter(friend_requests::cancelled_at.is_null())
            .filter(friend_requests::created_at.ge(forgotten))
            .select((friend_requests::typed, friend_requests::created_at))
            .load(conn)?;
        let unknown: Vec<(String, Timestamp)> = unknown_requests::table
            .filter(unknown_requests::sender_id.eq(sender))
            .filter(unknown_requests::created_at.ge(forgotten))
            .select((unknown_requests::typed, unknown_requests::created_at))
            .load(conn)?;
        rows.extend(unknown);
        rows.sort_by(|a, b| (b.1, &b.0).cmp(&(a.1, &a.0)));
        let request = |(typed, created_at)| Self {
            typed,
            created_at,
            lapsed: created_at < lapsed,
        };
        Ok(rows.into_iter().map(request).collect())
    }

    /// Deletes the requests of `sender` that no list shows any more.
    pub(super) fn forget_old(conn: &mut Connection, sender: UserId) -> QueryResult<()> {
        let forgotten = forgotten(Timestamp::now());
        let known = friend_requests::table
            .filter(friend_requests::sender_id.eq(sender))
            .filter(friend_requests::created_at.lt(forgotten));
        diesel::delete(known).execute(conn)?;
        let unknown = unknown_requests::table
            .filter(unknown_requests::sender_id.eq(sender))
            .filter(unknown_requests::created_at.lt(forgotten));
        diesel::delete(unknown).execute(conn)?;
        Ok(())
    }
}

/// Returns the time before which requests are not shown any more, even as lapsed.
fn forgotten(now: Timestamp) -> Timestamp {
    now.minus(LAPSES_AFTER).minus(LAPSE_IS_TOLD)
}

/// Returns the people whose request waits for an answer of `me`, oldest first.
pub fn asking(conn: &mut Connection, me: UserId) -> QueryResult<Vec<Person>> {
    FriendRequest::to(conn, me)
}

/// A friendship of two people. The smaller id comes first, so that each pair has one row.
#[derive(Debug, Insertable)]
#[diesel(table_name = friendships)]
pub struct Friendship {
    user_a: UserId,
    user_b: UserId,
    created_at: Timestamp,
}

impl Friendship {
    /// Returns whether the two are friends.
    pub fn exists(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<bool> {
        let pair = friendships::table.find((a.min(b), a.max(b)));
        diesel::select(exists(pair)).get_result(conn)
    }

    /// Returns whether the two may write to each other: they are friends, and neither blocks the
    /// other.
    pub fn is_open(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<bool> {
        Ok(Self::exists(conn, a, b)? && !Block::either_way(conn, a, b)?)
    }

    /// Returns all pairs of friends, for repairs at start.
    pub fn all(conn: &mut Connection) -> QueryResult<Vec<(UserId, UserId)>> {
        friendships::table
            .select((friendships::user_a, friendships::user_b))
            .load(conn)
    }

    pub(super) fn begin(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<()> {
        let row = Self {
            user_a: a.min(b),
            user_b: a.max(b),
            created_at: Timestamp::now(),
        };
        diesel::insert_into(friendships::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)?;
        FriendRequest::delete(conn, a, b)?;
        FriendRequest::delete(conn, b, a)?;
        Ok(())
    }

    pub(super) fn end(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<bool> {
        let pair = friendships::table.find((a.min(b), a.max(b)));
        Ok(diesel::delete(pair).execute(conn)? == 1)
    }
}

/// A block: one person does not want to be reached by another.
#[derive(Debug, Insertable)]
#[diesel(table_name = blocks)]
pub(super) struct Block {
    blocker_id: UserId,
    blocked_id: UserId,
    created_at: Timestamp,
}

impl Block {
    pub(super) fn exists(conn: &mut Connection, by: UserId, of: UserId) -> QueryResult<bool> {
        diesel::select(exists(blocks::table.find((by, of)))).get_result(conn)
    }

    pub(super) fn either_way(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<bool> {
        Ok(Self::exists(conn, a, b)? || Self::exists(conn, b, a)?)
    }

    pub(super) fn begin(conn: &mut Connection, by: UserId, of: UserId) -> QueryResult<()> {
        let row = Self {
            blocker_id: by,
            blocked_id: of,
            created_at: Timestamp::now(),
        };
        diesel::insert_into(blocks::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)?;
        Ok(())
    }

    pub(super) fn end(conn: &mut Connection, by: UserId, of: UserId) -> QueryResult<()> {
        diesel::delete(blocks::table.find((by, of))).execute(conn)?;
        Ok(())
    }

    /// Returns the people whom `by` blocks, newest first.
    pub(super) fn by(conn: &mut Connection, by: UserId) -> QueryResult<Vec<Person>> {
        let rows: Vec<UserRef> = blocks::table
            .inner_join(users::table.on(users::id.eq(blocks::blocked_id)))
            .filter(blocks::blocker_id.eq(by))
            .order(blocks::created_at.desc())
            .select(UserRef::as_select())
            .load(conn)?;
        Ok(people(rows))
    }
}

/// The people whom one person blocks. Cheap to search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct BlockedPeople(Vec<UserId>);

impl BlockedPeople {
    /// Returns the people whom `me` blocks.
    pub fn of(conn: &mut Connection, me: UserId) -> QueryResult<Self> {
        let ids = blocks::table
            .filter(blocks::blocker_id.eq(me))
            .order(blocks::blocked_id)
            .select(blocks::blocked_id)
            .load(conn)?;
        Ok(Self(ids))
    }

    /// Returns whether the person is one of them.
    pub fn contains(&self, person: UserId) -> bool {
        self.0.binary_search(&person).is_ok()
    }

    /// Returns their ids, sorted.
    pub fn into_ids(self) -> Vec<UserId> {
        self.0
    }
}

#[cfg(test)]
impl FromIterator<UserId> for BlockedPeople {
    fn from_iter<People: IntoIterator<Item = UserId>>(people: People) -> Self {
        let mut ids: Vec<UserId> = people.into_iter().collect();
        ids.sort();
        Self(ids)
    }
}

/// Returns the friends of `me`, sorted by name.
pub fn friends_of(conn: &mut Connection, me: UserId) -> QueryResult<Vec<Person>> {
    let on_the_right: Vec<UserRef> = friendships::table
        .inner_join(users::table.on(users::id.eq(friendships::user_b)))
        .filter(friendships::user_a.eq(me))
        .select(UserRef::as_select())
        .load(conn)?;
    let on_the_left: Vec<UserRef> = friendships::table
        .inner_join(users::table.on(users::id.eq(friendships::user_a)))
        .filter(friendships::user_b.eq(me))
        .select(UserRef::as_select())
        .load(conn)?;
    let mut friends = people(on_the_right.into_iter().chain(on_the_left));
    friends.sort_by_cached_key(|friend| friend.name.to_lowercase());
    Ok(friends)
}

/// Returns the people who block `me` or whom `me` blocks. In both cases, neither side sees
/// presence, typing or receipts of the other.
pub fn blocked_with(conn: &mut Connection, me: UserId) -> QueryResult<Vec<UserId>> {
    let mut all: Vec<UserId> = blocks::table
        .filter(blocks::blocker_id.eq(me))
        .select(blocks::blocked_id)
        .load(conn)?;
    let by_others: Vec<UserId> = blocks::table
        .filter(blocks::blocked_id.eq(me))
        .select(blocks::blocker_id)
        .load(conn)?;
    all.extend(by_others);
    Ok(all)
}

/// Returns the pairs among `people` in which the first blocks the second.
pub fn blocks_among(
    conn: &mut Connection,
    people: &[UserId],
) -> QueryResult<Vec<(UserId, UserId)>> {
    // For an empty list, SQLite would scan all blocks.
    if people.len() < 2 {
        return Ok(Vec::new());
    }
    blocks::table
        .filter(blocks::blocker_id.eq_any(people))
        .filter(blocks::blocked_id.eq_any(people))
        .select((blocks::blocker_id, blocks::blocked_id))
        .load(conn)
}

/// Returns whether the two are members of the same conversation, even an archived one.
pub(super) fn share_a_room(conn: &mut Connection, a: UserId, b: UserId) -> QueryResult<bool> {
    let theirs = diesel::alias!(members as theirs);
    let rooms_of_b = theirs
        .filter(theirs.field(members::user_id).eq(b))
        .select(theirs.field(members::room_id));
    let shared = members::table
        .filter(members::user_id.eq(a))
        .filter(members::room_id.eq_any(rooms_of_b));
    diesel::select(exists(shared)).get_result(conn)
}

fn people(rows: impl IntoIterator<Item = UserRef>) -> Vec<Person> {
    rows.into_iter().map(Person::from).collect()
}
