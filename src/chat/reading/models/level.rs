//! Notification levels: what a member is notified of in a room.

use diesel::prelude::*;

use crate::{
    accounts::UserId,
    chat::rooms::{RoomId, RoomKind, RoomMember},
    db::{Connection, Timestamp, text_enum},
    preferences::PastSettings,
    schema::members,
};

text_enum! {
    /// The notification level of a member in a room.
    Level {
        /// Every message.
        Everything = "everything",
        /// Messages that mention the member, and replies to theirs.
        Mentions = "mentions",
        /// Nothing. The room still shows its unread count.
        Nothing = "nothing",
        /// Nothing, and the room is not in the sidebar.
        Hidden = "hidden",
    }
}

impl Level {
    /// Returns the default level.
    pub fn default_of(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Direct => Self::Everything,
            RoomKind::Group | RoomKind::Open | RoomKind::Closed | RoomKind::Notes => Self::Mentions,
        }
    }

    /// Parses a stored word. A word that is not a level means the default of the kind of room.
    pub(crate) fn stored(word: &str, kind: RoomKind) -> Self {
        let known = Self::ALL.iter().copied().find(|level| level.word() == word);
        known.unwrap_or_else(|| Self::default_of(kind))
    }

    /// Returns the level of this member.
    pub fn of(conn: &mut Connection, member: &RoomMember) -> QueryResult<Self> {
        let word: String = members::table
            .find((member.room.id, member.user))
            .select(members::level)
            .first(conn)?;
        Ok(Self::stored(&word, member.room.kind))
    }

    /// Changes the level. Keeps the previous one for a while, so that past decisions can be
    /// explained.
    pub fn choose(self, conn: &mut Connection, member: &RoomMember) -> QueryResult<()> {
        let before = Self::of(conn, member)?;
        if before != self {
            let of_both = (member.user, member.room.id.0);
            PastSettings::keep(conn, of_both, before.word().to_owned())?;
        }
        let row = members::table.find((member.room.id, member.user));
        diesel::update(row)
            .set(members::level.eq(self.word()))
            .execute(conn)?;
        if self == Self::Hidden {
            // It would be a pin that nobody sees.
            diesel::update(row)
                .set(members::pin.eq(None::<i64>))
                .execute(conn)?;
        }
        Ok(())
    }

    /// Returns the level at that moment.
    pub fn at(conn: &mut Connection, member: &RoomMember, moment: Timestamp) -> QueryResult<Self> {
        let (user, room): (UserId, RoomId) = (member.user, member.room.id);
        match PastSettings::at(conn, (user, room.0), moment)? {
            Some(word) => Ok(Self::stored(&word, member.room.kind)),
            None => Self::of(conn, member),
        }
    }
}
