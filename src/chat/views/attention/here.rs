//! What is unread in the room whose page is about to be shown.

use serde_json::Value;

use super::{super::badges::Badges, catch_up::CatchUpLists};
use crate::{
    chat::models::{RoomId, RoomMember},
    db::Connection,
    error::Result,
};

/// What is unread here.
pub(in super::super) struct UnreadHere {
    /// "New messages" stands above the message of this event.
    pub(in super::super) from: Option<i64>,
    missed: Option<CatchUpLists>,
}

impl UnreadHere {
    pub(in super::super) fn read(
        conn: &mut Connection,
        member: &RoomMember,
        badges: &Badges,
    ) -> Result<Self> {
        let unread = badges.unread(member.room.id);
        Ok(Self {
            from: member.first_unread(conn)?,
            missed: CatchUpLists::offered(conn, member, unread)?,
        })
    }

    /// What was missed, if that is much: for `chat/_missed.hbs`, null otherwise.
    pub(in super::super) fn catch_up(&self, room: RoomId) -> Value {
        self.missed
            .as_ref()
            .map_or(Value::Null, |missed| missed.data(room))
    }

    /// The event up to which a look at a page reads. The newest page reads the room to its end
    /// (`last_seq`); another one reads what it shows (first and last), unless something older is new.
    pub(in super::super) fn read_by(
        &self,
        is_newest: bool,
        shown: Option<(i64, i64)>,
        last_seq: i64,
    ) -> Option<i64> {
        if is_newest {
            return Some(last_seq);
        }
        let (first, last) = shown?;
        let is_next = self.from.is_some_and(|from| first <= from && from <= last);
        is_next.then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_reads_what_it_shows_and_nothing_that_lies_before() {
        let here = UnreadHere {
            from: Some(20),
            missed: None,
        };
        assert_eq!(here.read_by(true, Some((51, 99)), 100), Some(100));
        assert_eq!(here.read_by(false, Some((10, 59)), 100), Some(59));
        assert_eq!(here.read_by(false, Some((30, 79)), 100), None);
        assert_eq!(here.read_by(false, Some((1, 19)), 100), None);
        assert_eq!(here.read_by(false, None, 100), None);
    }
}
