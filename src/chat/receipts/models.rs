//! Delivery cursors: how far each member's devices have received a small room.

use std::collections::HashMap;

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomKind},
    db::Connection,
    error::Result,
    friends::{Friendship, blocks_among},
    schema::{members, rooms},
};

/// The size limit of rooms with receipts, in members. In larger rooms, they would cost an event for
/// each message and member.
pub const FEW_PEOPLE: i64 = 20;

/// The members of a small room with their delivery cursors.
#[derive(Debug, Clone)]
pub struct Receivers {
    /// The number of the room's newest event.
    pub last_seq: i64,
    /// Each member, with their delivery cursor: a device has all events up to it.
    pub positions: Vec<(UserId, i64)>,
    /// Pairs of members who must not see each other's receipts.
    pub hidden: Vec<(UserId, UserId)>,
}

impl Receivers {
    /// Loads the members of `room`, or returns `None` if there are more than [`FEW_PEOPLE`].
    ///
    /// # Errors
    /// [`crate::error::Error::NotFound`] if the room does not exist.
    pub fn of(conn: &mut Connection, room: RoomId) -> Result<Option<Self>> {
        let (last_seq, kind) = rooms::table
            .find(room)
            .select((rooms::last_seq, rooms::kind))
            .first::<(i64, RoomKind)>(conn)?;
        let positions = members::table
            .filter(members::room_id.eq(room))
            .order(members::user_id)
            .limit(FEW_PEOPLE + 1)
            .select((members::user_id, members::delivered_seq))
            .load::<(UserId, i64)>(conn)?;
        if i64::try_from(positions.len()).is_ok_and(|count| count > FEW_PEOPLE) {
            return Ok(None);
        }
        let people: Vec<UserId> = positions.iter().map(|(user, _)| *user).collect();
        let hidden = match (kind, people.as_slice()) {
            (RoomKind::Direct, [a, b]) if !Friendship::is_open(conn, *a, *b)? => vec![(*a, *b)],
            (RoomKind::Direct, _) => Vec::new(),
            (_, people) => blocks_among(conn, people)?,
        };
        Ok(Some(Self {
            last_seq,
            positions,
            hidden,
        }))
    }

    /// Returns the delivery cursors of `user` in all rooms of two to [`FEW_PEOPLE`] members.
    pub fn positions_of(conn: &mut Connection, user: UserId) -> QueryResult<HashMap<RoomId, i64>> {
        let (mine, second, beyond) =
            diesel::alias!(members as mine, members as second, members as beyond);
        let has_others = second
            .filter(
                second
                    .field(members::room_id)
                    .eq(mine.field(members::room_id)),
            )
            .filter(second.field(members::user_id).ne(user));
        let has_many = beyond
            .filter(
                beyond
                    .field(members::room_id)
                    .eq(mine.field(members::room_id)),
            )
            .order(beyond.field(members::user_id))
            .limit(1)
            .offset(FEW_PEOPLE);
        let rows = mine
            .filter(mine.field(members::user_id).eq(user))
            .filter(exists(has_others))
            .filter(not(exists(has_many)))
            .select((
                mine.field(members::room_id),
                mine.field(members::delivered_seq),
            ))
            .load(conn)?;
        Ok(rows.into_iter().collect())
    }

    /// Saves cursors. A cursor never moves back (monotonic), so that the order of writes does not
    /// matter.
    pub fn save(conn: &mut Connection, positions: &[(RoomId, UserId, i64)]) -> QueryResult<()> {
        for (room, user, seq) in positions {
            diesel::update(members::table.find((room, user)))
                .filter(members::delivered_seq.lt(seq))
                .set(members::delivered_seq.eq(seq))
                .execute(conn)?;
        }
        Ok(())
    }
}
