//! The unread messages of the room on the page, and the place where the page opens.

use crate::{
    accounts::Zone,
    chat::{
        messages::{Budget, HistoryPage, Place},
        reading::{
            CatchUp,
            views::{CatchUpLists, offered},
        },
        rooms::{RoomId, RoomMember},
        shell::Conversations,
    },
    db::Connection,
    error::Result,
};

/// The unread messages of the room.
pub(crate) struct UnreadHere {
    /// The event of the first unread message. The divider "New messages" is above it.
    pub(crate) from: Option<i64>,
    missed: Option<CatchUp>,
    /// Whether the person wants rooms to open at the first unread message.
    opens_there: bool,
}

impl UnreadHere {
    pub(crate) fn read(
        conn: &mut Connection,
        member: &RoomMember,
        conversations: &Conversations,
    ) -> Result<Self> {
        let unread = conversations.badges.unread(member.room.id);
        Ok(Self {
            from: member.first_unread(conn)?,
            missed: offered(conn, member, unread)?,
            opens_there: conversations.preferences.open_unread,
        })
    }

    /// Returns the history page to show. It is the one in the address. If the address has no
    /// cursor, and the first unread message is older than the newest page, it is the page around
    /// that message.
    pub(crate) fn open(
        &self,
        conn: &mut Connection,
        member: &RoomMember,
        history: HistoryPage,
        place: Place,
        budget: Budget,
    ) -> Result<HistoryPage> {
        let first = history.messages.first().map(|message| message.seq);
        match self.from {
            Some(from)
                if place == Place::End
                    && self.opens_there
                    && first.is_some_and(|first| first > from) =>
            {
                Ok(HistoryPage::read(
                    conn,
                    member,
                    Place::Around(from),
                    budget,
                )?)
            }
            _ => Ok(history),
        }
    }

    /// Returns the summary of the missed messages, if there are many.
    pub(crate) fn catch_up(&self, room: RoomId, zone: &Zone) -> Option<CatchUpLists> {
        let missed = self.missed.as_ref();
        missed.map(|missed| CatchUpLists::new(missed, room, zone))
    }

    /// Returns the path of the summary of a few missed messages. `None` if there are none, or so
    /// many that the room itself shows the summary.
    pub(crate) fn catch_up_path(&self, member: &RoomMember) -> Option<String> {
        let (room, since) = (member.room.id, member.read_seq);
        let is_little = self.from.is_some() && self.missed.is_none();
        is_little.then(|| format!("/rooms/{room}/catch-up/?since={since}"))
    }

    /// Returns the event up to which a page marks the room as read. The newest page reads up to
    /// `last_seq`. Any other page reads the messages that it shows, but only if the first unread
    /// one is among them.
    pub(crate) fn read_by(&self, history: &HistoryPage, last_seq: i64) -> Option<i64> {
        if history.later.is_none() {
            return Some(last_seq);
        }
        let (first, last) = (history.messages.first()?.seq, history.messages.last()?.seq);
        let is_next = self.from.is_some_and(|from| first <= from && from <= last);
        is_next.then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::messages::Message;
    use crate::chat::testing::said;

    fn history(seqs: std::ops::RangeInclusive<i64>, later: Option<i64>) -> HistoryPage {
        let message = |seq| Message { seq, ..said("x") };
        HistoryPage {
            messages: seqs.map(message).collect(),
            earlier: None,
            later,
        }
    }

    #[test]
    fn a_look_reads_what_it_shows_and_nothing_that_lies_before() {
        let here = UnreadHere {
            from: Some(20),
            missed: None,
            opens_there: true,
        };
        assert_eq!(here.read_by(&history(51..=99, None), 100), Some(100));
        assert_eq!(here.read_by(&history(10..=59, Some(59)), 100), Some(59));
        assert_eq!(here.read_by(&history(30..=79, Some(79)), 100), None);
        assert_eq!(here.read_by(&history(1..=19, Some(19)), 100), None);
    }
}
