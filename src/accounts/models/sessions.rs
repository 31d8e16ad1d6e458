//! Sessions: one row for each browser in which a person is signed in. Visitors have none. Only a
//! hash of the key is stored, so a stolen backup opens no session.

use std::time::Duration;

use diesel::{dsl::max, prelude::*};

use super::{User, UserId};
use crate::db::{Connection, Timestamp};
use crate::schema::{sessions, users};

/// How old `last_seen_at` may be before it is updated (a throttle), so that page views rarely cause
/// writes.
const TOUCH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A stored session.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct StoredSession {
    /// SHA-256 of the key, in lower-case hexadecimal.
    pub id_hash: String,
    /// The person.
    pub user_id: UserId,
    /// A JSON object with other session data, at most 4 KiB.
    pub data: String,
    /// The person's session epoch at log-in.
    pub epoch: i64,
    /// When the person logged in.
    pub created_at: Timestamp,
    /// The time of the last page view, with a precision of 5 minutes.
    pub last_seen_at: Timestamp,
    /// When the session expires unless it is used (idle timeout).
    pub expires_at: Timestamp,
    /// When the session expires in any case (absolute timeout).
    pub absolute_expires_at: Timestamp,
    /// The `User-Agent` of the browser, at most 256 characters.
    pub user_agent: String,
    /// The address at log-in.
    pub ip: String,
}

/// A session to create.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sessions)]
#[expect(missing_docs, reason = "the fields are those of StoredSession")]
pub struct NewSession {
    pub id_hash: String,
    pub user_id: UserId,
    pub data: String,
    pub epoch: i64,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub absolute_expires_at: Timestamp,
    pub user_agent: String,
    pub ip: String,
}

impl StoredSession {
    /// Finds a session and its person, even if the session is no longer valid.
    pub fn find(conn: &mut Connection, id_hash: &str) -> QueryResult<Option<(Self, User)>> {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id_hash.eq(id_hash))
            .select((Self::as_select(), User::as_select()))
            .first(conn)
            .optional()
    }

    /// Returns whether the session is valid for `user` at `now`.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        user.is_active
            && self.user_id == user.id
            && self.epoch == user.session_epoch
            && now < self.expires_at
            && now < self.absolute_expires_at
    }

    /// Returns the valid sessions of a person, the most recently used first.
    pub fn of_user(conn: &mut Connection, user: &User, now: Timestamp) -> QueryResult<Vec<Self>> {
        sessions::table
            .filter(sessions::user_id.eq(user.id))
            .filter(sessions::epoch.eq(user.session_epoch))
            .filter(sessions::expires_at.gt(now))
            .filter(sessions::absolute_expires_at.gt(now))
            .order((sessions::last_seen_at.desc(), sessions::id_hash))
            .select(Self::as_select())
            .load(conn)
    }

    /// Returns when the person last used another session than this one.
    pub fn other_use(
        conn: &mut Connection,
        user: UserId,
        id_hash: &str,
    ) -> QueryResult<Option<Timestamp>> {
        sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::id_hash.ne(id_hash))
            .select(max(sessions::last_seen_at))
            .first(conn)
    }

    /// Returns whether `last_seen_at` should be updated.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.last_seen_at.plus(TOUCH_EVERY) <= now
    }

    /// Records that the session is in use, and extends its idle timeout.
    pub fn touch(&self, conn: &mut Connection, now: Timestamp) -> QueryResult<()> {
        let idle = self.expires_at.0 - self.last_seen_at.0;
        let expires_at = Timestamp(now.0 + idle).min(self.absolute_expires_at);
        diesel::update(sessions::table.find(&self.id_hash))
            .set((
                sessions::last_seen_at.eq(now),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Replaces the other session data. Returns false if the session no longer exists.
    pub fn put(conn: &mut Connection, id_hash: &str, data: &str) -> QueryResult<bool> {
        let rows = diesel::update(sessions::table.find(id_hash))
            .set(sessions::data.eq(data))
            .execute(conn)?;
        Ok(rows == 1)
    }

    /// Deletes a session of any person.
    pub fn delete(conn: &mut Connection, id_hash: &str) -> QueryResult<()> {
        diesel::delete(sessions::table.find(id_hash)).execute(conn)?;
        Ok(())
    }

    /// Deletes a session of this person. Returns false if the person has no such session.
    pub fn delete_of(conn: &mut Connection, user: UserId, id_hash: &str) -> QueryResult<bool> {
        let own = sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::id_hash.eq(id_hash));
        Ok(diesel::delete(own).execute(conn)? == 1)
    }

    /// Deletes all sessions of this person except one. Returns the ids of the deleted ones.
    pub fn delete_others(
        conn: &mut Connection,
        user: UserId,
        kept: &str,
    ) -> QueryResult<Vec<String>> {
        let others = sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::id_hash.ne(kept));
        diesel::delete(others)
            .returning(sessions::id_hash)
            .get_results(conn)
    }

    /// Moves all sessions of this person from session epoch `from` to `to`, so that they stay
    /// valid.
    pub fn carry_over(conn: &mut Connection, user: UserId, from: i64, to: i64) -> QueryResult<()> {
        let live = sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::epoch.eq(from));
        diesel::update(live)
            .set(sessions::epoch.eq(to))
            .execute(conn)?;
        Ok(())
    }

    /// Ends all sessions of this person except `kept`, including those that are being opened.
    /// Returns the ids of the deleted ones.
    pub fn end_others(conn: &mut Connection, user: UserId, kept: &str) -> QueryResult<Vec<String>> {
        let ended = Self::delete_others(conn, user, kept)?;
        let epoch = User::begin_epoch(conn, user)?;
        diesel::update(sessions::table.find(kept))
            .set(sessions::epoch.eq(epoch))
            .execute(conn)?;
        Ok(ended)
    }
}

impl NewSession {
    /// Stores the session. Deletes expired ones, and, if the person has more than `most`, the least
    /// recently used ones (LRU).
    pub fn insert(&self, conn: &mut Connection, most: u32) -> QueryResult<()> {
        let now = self.created_at;
        diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)?;
        let kept = i64::from(most.max(1)) - 1;
        let beyond: Vec<String> = sessions::table
            .filter(sessions::user_id.eq(self.user_id))
            .order((sessions::last_seen_at.desc(), sessions::created_at.desc()))
            .select(sessions::id_hash)
            .offset(kept)
            .limit(i64::MAX)
            .load(conn)?;
        for id_hash in beyond {
            diesel::delete(sessions::table.find(id_hash)).execute(conn)?;
        }
        diesel::insert_into(sessions::table)
            .values(self)
            .execute(conn)?;
        Ok(())
    }
}
