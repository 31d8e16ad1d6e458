//! Explains why a person was or was not notified of a message. No decision is stored per message
//! and person. Instead, levels and preferences keep their previous values, from which the decision
//! is derived.

use diesel::{dsl::exists, prelude::*, select};

use super::{level::Level, notifying::Facts};
use crate::{
    accounts::{Person, UserId, UserRef, Zone},
    chat::{log::MessageId, messages::Call, rooms::RoomMember},
    db::{Connection, Timestamp},
    preferences::Preferences,
    schema::{blocks, members, mentions, messages, users},
};

/// A message on its page of details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDetails {
    /// The number of the event that created it.
    pub seq: i64,
    /// The author.
    pub author: Person,
    /// The text as typed. Empty if it is deleted.
    pub body: String,
    /// When it was posted.
    pub created_at: Timestamp,
    /// Whether it is a notice.
    pub is_notice: bool,
    /// Whether the reader joined the room after it.
    pub is_before: bool,
    /// The facts of the notification decision.
    pub facts: Facts,
    /// The word that called this member, if the message neither names nor answers them.
    pub call: Option<Call>,
}

type Row = (i64, UserRef, String, Timestamp, Option<String>);

impl RoomMember {
    /// Returns a message of this room, with the facts that decided about this member's
    /// notification. `browser` is the zone of the person's browser.
    ///
    /// # Errors
    /// [`diesel::NotFound`] if the message does not exist or is in another room.
    pub fn details_of(
        &self,
        conn: &mut Connection,
        message: MessageId,
        browser: &Zone,
    ) -> QueryResult<MessageDetails> {
        let row = messages::table
            .inner_join(users::table)
            .filter(messages::id.eq(message))
            .filter(messages::room_id.eq(self.room.id))
            .select((
                messages::seq,
                UserRef::as_select(),
                messages::body,
                messages::created_at,
                messages::notice,
            ))
            .first::<Row>(conn)?;
        let (seq, author, body, created_at, notice) = row;
        let joined_at: Timestamp = members::table
            .find((self.room.id, self.user))
            .select(members::joined_at)
            .first(conn)?;
        Ok(MessageDetails {
            facts: self.facts(conn, message, (author.id, created_at), browser)?,
            call: self.call_in(conn, message)?,
            is_before: created_at < joined_at,
            author: Person::from(author),
            is_notice: notice.is_some(),
            seq,
            body,
            created_at,
        })
    }

    fn call_in(&self, conn: &mut Connection, message: MessageId) -> QueryResult<Option<Call>> {
        let call: Option<Option<Call>> = mentions::table
            .filter(mentions::message_id.eq(message))
            .filter(mentions::user_id.eq(self.user))
            .select(mentions::call_word)
            .first(conn)
            .optional()?;
        Ok(call.flatten())
    }

    fn facts(
        &self,
        conn: &mut Connection,
        message: MessageId,
        (author, moment): (UserId, Timestamp),
        browser: &Zone,
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
            quiet: attention.is_quiet(moment, browser),
            snoozed: attention.is_snoozed(moment),
        })
    }
}
