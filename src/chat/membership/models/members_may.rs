//! What members of a named room may do who do not moderate it. Moderators decide.

use diesel::prelude::*;
use serde::Deserialize;

use super::invite::revoke_of_plain_members;
use crate::{chat::rooms::RoomModerator, db::Connection, schema::rooms};

/// One right that a room gives to all members, or to moderators only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembersMay {
    /// Create invite links and add people. Without it, the links of plain members are revoked.
    Invite,
    /// Call everybody with `@everyone` and `@here`. Moderators may not, either, where it is off.
    Call,
    /// Pin messages and unpin them.
    Pin,
}

impl RoomModerator {
    /// Gives the members of the room a right, or takes it. Idempotent.
    pub fn let_members(
        &self,
        conn: &mut Connection,
        right: MembersMay,
        may: bool,
    ) -> QueryResult<()> {
        let room = rooms::table.find(self.room.id);
        match right {
            MembersMay::Invite => diesel::update(room)
                .set(rooms::members_invite.eq(may))
                .execute(conn)?,
            MembersMay::Call => diesel::update(room)
                .set(rooms::calls_all.eq(may))
                .execute(conn)?,
            MembersMay::Pin => diesel::update(room)
                .set(rooms::members_pin.eq(may))
                .execute(conn)?,
        };
        if right == MembersMay::Invite && !may {
            revoke_of_plain_members(conn, self.room.id)?;
        }
        Ok(())
    }
}
