//! What decided whether somebody was notified of a message. Nothing is recorded for each message and
//! person: levels and personal settings keep what held before each change, so that the decision can
//! be derived as it was.

use diesel::{dsl::exists, prelude::*, select};

use super::{level::Level, notifying::Facts};
use crate::{
    accounts::{Person, UserId},
    chat::{log::MessageId, rooms::RoomMember},
    db::{Connection, Timestamp},
    preferences::Preferences,
    schema::{blocks, members, mentions, messages, users},
};

/// A message, as its details show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDetails {
    /// Number of the event that created it.
    pub seq: i64,
    /// Who wrote it.
    pub author: Person,
    /// As typed; empty once it is deleted.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
    /// Whether it is a line that nobody typed.
    pub is_notice: bool,
    /// Whether the reader came into the room after it.
    pub is_before: bool,
    /// What the decision stood on.
    pub facts: Facts,
}

type Row = (i64, UserId, String, String, Timestamp, Option<String>);

impl RoomMember {
    /// A message of this room, and why this member was notified of it or not.
    ///
    /// # Errors
    /// [`diesel::NotFound`] for a message that is not there or is in another room.
    pub fn details_of(
        &self,
        conn: &mut Connection,
        message: MessageId,
    ) -> QueryResult<MessageDetails> {
        let row = messages::table
            .inner_join(users::table)
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(self.room.id))
            .select((
                messages::seq,
                messages::author_id,
                users::username,
                messages::body,
                messages::created_at,
                messages::notice,
            ))
            .first::<Row>(conn)?;
        let (seq, author, username, body, created_at, notice) = row;
        let joined_at: Timestamp = members::table
            .find((self.room.id, self.user))
            .select(members::joined_at)
            .first(conn)?;
        Ok(MessageDetails {
            facts: self.facts(conn, message, (author, created_at))?,
            is_before: created_at < joined_at,
            author: Person::new(author, username),
            is_notice: notice.is_some(),
            seq,
            body,
            created_at,
        })
    }

    fn facts(
        &self,
        conn: &mut Connection,
        message: MessageId,
        (author, moment): (UserId, Timestamp),
    ) -> QueryResult<Facts> {
        let block = blocks::table
            .find((self.user, author))
            .filter(blocks::created_at.le(moment));
        let calls = mentions::table
            .filter(mentions::message_id.eq(message))
            .filter(mentions::user_id.eq(self.user));
        let attention = Preferences::attention_at(conn, self.user, moment)?;
        Ok(Facts {
            own: author == self.user,
            blocked: select(exists(block)).get_result(conn)?,
            level: Level::at(conn, self, moment)?,
            called: select(exists(calls)).get_result(conn)?,
            quiet: attention.is_quiet(moment),
            snoozed: attention.is_snoozed(moment),
        })
    }
}
