//! One row for each browser in which somebody is signed in. Visitors have none, and the key itself
//! is never stored: a stolen backup opens no session.

use std::time::Duration;

use diesel::prelude::*;

use super::{User, UserId};
use crate::db::{Connection, Timestamp};
use crate::schema::{sessions, users};

/// How stale `last_seen_at` may be: a page view shall rarely cost a write.
const TOUCH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct StoredSession {
    /// SHA-256 of the key, in lower-case hexadecimal.
    pub id_hash: String,
    /// Whose.
    pub user_id: UserId,
    /// JSON object of whatever else was put into the session, at most 4 KiB.
    pub data: String,
    /// The person's epoch when they logged in.
    pub epoch: i64,
    /// When they logged in.
    pub created_at: Timestamp,
    /// When the last page was asked for, to within 5 minutes.
    pub last_seen_at: Timestamp,
    /// Dead from then on unless it is used.
    pub expires_at: Timestamp,
    /// Dead from then on in any case.
    pub absolute_expires_at: Timestamp,
    /// What the browser calls itself, at most 256 characters.
    pub user_agent: String,
    /// Where it logged in from.
    pub ip: String,
}

/// A session that is to be.
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
    /// The session of this id with its person, dead or alive.
    pub fn find(conn: &mut Connection, id_hash: &str) -> QueryResult<Option<(Self, User)>> {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id_hash.eq(id_hash))
            .select((Self::as_select(), User::as_select()))
            .first(conn)
            .optional()
    }

    /// Whether the session still stands for `user` at the time `now`.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        user.is_active
            && self.user_id == user.id
            && self.epoch == user.session_epoch
            && now < self.expires_at
            && now < self.absolute_expires_at
    }

    /// The live sessions of a person, the one used last first.
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

    /// Whether its last use should be noted again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.last_seen_at.plus(TOUCH_EVERY) <= now
    }

    /// Notes that the session is in use, which puts off its end by as much as the last time.
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

    /// Replaces what else is in the session; false when the session is gone.
    pub fn put(conn: &mut Connection, id_hash: &str, data: &str) -> QueryResult<bool> {
        let rows = diesel::update(sessions::table.find(id_hash))
            .set(sessions::data.eq(data))
            .execute(conn)?;
        Ok(rows == 1)
    }

    /// Ends a session, whoever's it is.
    pub fn delete(conn: &mut Connection, id_hash: &str) -> QueryResult<()> {
        diesel::delete(sessions::table.find(id_hash)).execute(conn)?;
        Ok(())
    }

    /// Ends a session of this person; false when they have none of this id.
    pub fn delete_of(conn: &mut Connection, user: UserId, id_hash: &str) -> QueryResult<bool> {
        let own = sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::id_hash.eq(id_hash));
        Ok(diesel::delete(own).execute(conn)? == 1)
    }

    /// Ends all sessions of this person but one; returns the ids of the ended.
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

    /// Lets all sessions of this person that live in the epoch `from` go on in `to`.
    pub fn carry_over(conn: &mut Connection, user: UserId, from: i64, to: i64) -> QueryResult<()> {
        let live = sessions::table
            .filter(sessions::user_id.eq(user))
            .filter(sessions::epoch.eq(from));
        diesel::update(live)
            .set(sessions::epoch.eq(to))
            .execute(conn)?;
        Ok(())
    }

    /// Ends all sessions of this person but `kept`, also those that are just being opened; returns
    /// the ids of the ended.
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
    /// Opens the session, removes whatever has expired, and beyond `most` sessions of the person
    /// the ones that were not used for longest.
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
