//! Whom a message calls: by name, or because it answers a message of theirs.

use diesel::prelude::*;

use super::{MessageId, RoomMember};
use crate::{
    accounts::UserId,
    db::Connection,
    schema::{members, mentions},
};

/// Somebody is called by a message.
#[derive(Debug)]
pub struct Mention;

impl Mention {
    /// `author`, whose message is answered, is called by the message with that number: not by an
    /// answer of their own, and not after they left.
    pub(super) fn of_reply(
        conn: &mut Connection,
        member: &RoomMember,
        (message, seq): (MessageId, i64),
        author: UserId,
    ) -> QueryResult<()> {
        let here = members::table
            .filter(members::room_id.eq(member.room.id))
            .filter(members::user_id.eq(author));
        let is_here: bool = diesel::select(diesel::dsl::exists(here)).get_result(conn)?;
        if author == member.user || !is_here {
            return Ok(());
        }
        let row = (
            mentions::user_id.eq(author),
            mentions::room_id.eq(member.room.id),
            mentions::seq.eq(seq),
            mentions::message_id.eq(message),
            mentions::is_reply.eq(true),
        );
        diesel::insert_into(mentions::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    }

    pub(super) fn forget_all(conn: &mut Connection, message: MessageId) -> QueryResult<usize> {
        diesel::delete(mentions::table.filter(mentions::message_id.eq(message))).execute(conn)
    }
}
