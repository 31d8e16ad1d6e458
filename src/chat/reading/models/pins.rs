//! Pinned conversations, which are first in the list, in the order that the person has chosen.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomMember},
    db::Connection,
    error::{Error, Result},
    schema::members,
    words,
};

/// A change of the pinned conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinMove {
    /// Pins the conversation, below the others.
    Pin,
    /// Removes the pin.
    Unpin,
    /// Swaps it with the one above.
    Up,
    /// Swaps it with the one below.
    Down,
}

/// The pinned conversations of one person, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins(Vec<RoomId>);

impl Pins {
    /// Reads the pinned conversations of `user`.
    pub fn of(conn: &mut Connection, user: UserId) -> QueryResult<Self> {
        members::table
            .filter(members::user_id.eq(user))
            .filter(members::pin.is_not_null())
            .order((members::pin, members::room_id))
            .select(members::room_id)
            .load(conn)
            .map(Self)
    }

    /// Returns the rooms in their order.
    pub fn into_rooms(self) -> Vec<RoomId> {
        self.0
    }

    /// Returns the place of a room among the pinned ones.
    pub fn place(&self, room: RoomId) -> Option<usize> {
        self.0.iter().position(|pinned| *pinned == room)
    }

    /// Changes the pin of the conversation of `member`, and returns all pins. A change that is
    /// already made changes nothing (idempotent, except for `Up` and `Down`).
    ///
    /// # Errors
    /// [`Error::Invalid`] above `most` pins.
    pub fn change(
        conn: &mut Connection,
        member: &RoomMember,
        to: PinMove,
        most: usize,
    ) -> Result<Self> {
        let before = Self::of(conn, member.user)?;
        let mut after = before.clone();
        after.apply(member.room.id, to);
        if after.0.len() > before.0.len().max(most) {
            return Err(Error::invalid("pin", words::text("error-too-many-pins")));
        }
        if after != before {
            after.store(conn, member, to)?;
        }
        Ok(after)
    }

    fn apply(&mut self, room: RoomId, to: PinMove) {
        let rooms = &mut self.0;
        let place = rooms.iter().position(|pinned| *pinned == room);
        match (to, place) {
            (PinMove::Pin, None) => rooms.push(room),
            (PinMove::Unpin, Some(place)) => {
                rooms.remove(place);
            }
            (PinMove::Up, Some(place)) if place > 0 => rooms.swap(place, place - 1),
            (PinMove::Down, Some(place)) if place + 1 < rooms.len() => rooms.swap(place, place + 1),
            _ => {}
        }
    }

    fn store(&self, conn: &mut Connection, member: &RoomMember, to: PinMove) -> QueryResult<()> {
        if to == PinMove::Unpin {
            diesel::update(members::table.find((member.room.id, member.user)))
                .set(members::pin.eq(None::<i64>))
                .execute(conn)?;
        }
        // Numbers all of them again, because two may have the same number after a move.
        for (number, room) in (0_i64..).zip(&self.0) {
            diesel::update(members::table.find((*room, member.user)))
                .set(members::pin.eq(number))
                .execute(conn)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::testing::{ANA, BO, a_conversation},
        db::testing::TestDatabase,
    };

    fn rooms(ids: &[i64]) -> Pins {
        Pins(ids.iter().copied().map(RoomId).collect())
    }

    #[test]
    fn a_new_pin_is_the_last_and_moves_stop_at_the_ends() {
        let cases = [
            (PinMove::Pin, 9, &[3, 5, 7, 9][..]),
            (PinMove::Pin, 5, &[3, 5, 7]),
            (PinMove::Unpin, 5, &[3, 7]),
            (PinMove::Unpin, 9, &[3, 5, 7]),
            (PinMove::Up, 5, &[5, 3, 7]),
            (PinMove::Up, 3, &[3, 5, 7]),
            (PinMove::Down, 5, &[3, 7, 5]),
            (PinMove::Down, 7, &[3, 5, 7]),
            (PinMove::Up, 9, &[3, 5, 7]),
        ];
        for (to, room, expected) in cases {
            let mut pins = rooms(&[3, 5, 7]);
            pins.apply(RoomId(room), to);
            assert_eq!(pins, rooms(expected), "{to:?} {room}");
        }
    }

    #[actix_web::test]
    async fn pins_belong_to_one_member_and_have_a_limit() {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        let change = |user, to, most| {
            db.write(move |conn| {
                let member = RoomMember::find(conn, room, user)?;
                Pins::change(conn, &member, to, most)
            })
        };
        let none = change(ANA, PinMove::Pin, 0).await;
        assert!(matches!(none, Err(Error::Invalid(_))));
        assert_eq!(
            change(ANA, PinMove::Pin, 1).await.unwrap().into_rooms(),
            [room]
        );
        // A lower limit than before takes no pin away, and refuses no repeat.
        assert!(change(ANA, PinMove::Pin, 0).await.is_ok());
        let of_bo = db.read(move |conn| Ok(Pins::of(conn, BO)?)).await.unwrap();
        assert_eq!(of_bo, rooms(&[]));
        change(ANA, PinMove::Unpin, 0).await.unwrap();
        let of_ana = db.read(move |conn| Ok(Pins::of(conn, ANA)?)).await.unwrap();
        assert_eq!(of_ana, rooms(&[]));
    }
}
