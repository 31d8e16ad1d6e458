//! What a member is notified of in a room.

use diesel::prelude::*;

use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomKind, RoomMember},
    db::{Connection, Timestamp, text_enum},
    preferences::PastSettings,
    schema::members,
};

text_enum! {
    /// What a member is notified of.
    Level {
        /// Every message.
        Everything = "everything",
        /// Messages that call the member, and answers to theirs.
        Mentions = "mentions",
        /// Nothing; the room still shows what is unread.
        Nothing = "nothing",
        /// Nothing, and the room is not in the list.
        Hidden = "hidden",
    }
}

impl Level {
    /// What holds while nobody chose.
    pub fn default_of(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Direct => Self::Everything,
            RoomKind::Group | RoomKind::Open | RoomKind::Closed | RoomKind::Notes => Self::Mentions,
        }
    }

    /// What a stored word stands for in a room of that kind.
    pub(crate) fn stored(word: &str, kind: RoomKind) -> Self {
        let known = Self::ALL.iter().copied().find(|level| level.word() == word);
        known.unwrap_or_else(|| Self::default_of(kind))
    }

    /// What this member is notified of.
    pub fn of(conn: &mut Connection, member: &RoomMember) -> QueryResult<Self> {
        let word: String = members::table
            .find((member.room.id, member.user))
            .select(members::level)
            .first(conn)?;
        Ok(Self::stored(&word, member.room.kind))
    }

    /// From now on the member is notified of this; what held until now is kept for a while.
    pub fn choose(self, conn: &mut Connection, member: &RoomMember) -> QueryResult<()> {
        let before = Self::of(conn, member)?;
        if before != self {
            let of_both = (member.user, member.room.id.0);
            PastSettings::keep(conn, of_both, before.word().to_owned())?;
        }
        diesel::update(members::table.find((member.room.id, member.user)))
            .set(members::level.eq(self.word()))
            .execute(conn)?;
        Ok(())
    }

    /// What the member was notified of at that moment.
    pub fn at(conn: &mut Connection, member: &RoomMember, moment: Timestamp) -> QueryResult<Self> {
        let (user, room): (UserId, RoomId) = (member.user, member.room.id);
        match PastSettings::at(conn, (user, room.0), moment)? {
            Some(word) => Ok(Self::stored(&word, member.room.kind)),
            None => Self::of(conn, member),
        }
    }
}
