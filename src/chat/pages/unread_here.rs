//! What is unread in the room whose page is about to be shown, and where the page opens.

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

/// What is unread here.
pub(crate) struct UnreadHere {
    /// "New messages" stands above the message of this event.
    pub(crate) from: Option<i64>,
    missed: Option<CatchUp>,
    /// The reader wants the room to open there.
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

    /// The history in which the page opens: that of its address, or, where the address names none and
    /// the newest messages do not reach so far back, the one around what is new.
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

    /// What was missed, if that is much.
    pub(crate) fn catch_up(&self, room: RoomId, zone: &Zone) -> Option<CatchUpLists> {
        let missed = self.missed.as_ref();
        missed.map(|missed| CatchUpLists::new(missed, room, zone))
    }

    /// The path of the page that sums up a few missed messages; none where nothing was missed, or so
    /// much that the page of the room sums it up.
    pub(crate) fn catch_up_path(&self, member: &RoomMember) -> Option<String> {
        let (room, since) = (member.room.id, member.read_seq);
        let is_little = self.from.is_some() && self.missed.is_none();
        is_little.then(|| format!("/rooms/{room}/catch-up/?since={since}"))
    }

    /// The event up to which a look at a page reads. The newest page reads the room to its end
    /// (`last_seq`); another one reads what it shows, unless something older is new.
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
