//! Pagination of a room's history by event number (keyset pagination): where a page stands, and what lies
//! on either side of it.

use diesel::prelude::*;

use super::{budget::Budget, message::Message};
use crate::{chat::rooms::RoomMember, db::Connection};

/// Which messages a page shows, by the numbers of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// The newest.
    #[default]
    End,
    /// Those just before this event.
    Before(i64),
    /// Those just after this event.
    After(i64),
    /// Half of them before this event, the others from it on.
    Around(i64),
}

/// Neighbouring messages of one room, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The messages.
    pub messages: Vec<Message>,
    /// There are older ones before this event.
    pub earlier: Option<i64>,
    /// There are newer ones after this event.
    pub later: Option<i64>,
}

impl HistoryPage {
    /// The messages at `place` that fit into the budget; at least one if there is one.
    pub fn read(
        conn: &mut Connection,
        member: &RoomMember,
        place: Place,
        budget: Budget,
    ) -> QueryResult<Self> {
        let messages = match place {
            Place::End => Message::before(conn, member, None, budget)?,
            Place::Before(seq) => Message::before(conn, member, Some(seq), budget)?,
            Place::After(seq) => Message::after(conn, member, seq, budget)?,
            Place::Around(seq) => Self::around(conn, member, seq, budget)?,
        };
        let (first, last) = edges(place, &messages);
        let earlier = Message::any_before(conn, member, first)?;
        // What is posted after the newest were read reaches the page through its socket.
        let later = place != Place::End && Message::any_after(conn, member, last)?;
        Ok(Self {
            messages,
            earlier: earlier.then_some(first),
            later: later.then_some(last),
        })
    }

    /// Half of the budget goes to event `seq` and what follows, so that the message that is wanted
    /// is there however large its neighbours are; what is left goes to the messages before it.
    fn around(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        budget: Budget,
    ) -> QueryResult<Vec<Message>> {
        let earlier = budget.messages / 2;
        let half = budget.part(budget.messages - earlier, budget.bytes / 2);
        let later = Message::after(conn, member, seq.saturating_sub(1), half)?;
        let spent: usize = later.iter().map(Message::weight).sum();
        let rest = budget.part(earlier, budget.bytes.saturating_sub(spent));
        let mut messages = Message::before(conn, member, Some(seq), rest)?;
        messages.extend(later);
        Ok(messages)
    }
}

/// The first and the last event of the page; also one without messages lies somewhere.
fn edges(place: Place, messages: &[Message]) -> (i64, i64) {
    match (messages, place) {
        ([first, .., last], _) => (first.seq, last.seq),
        ([only], _) => (only.seq, only.seq),
        ([], Place::After(seq)) => (seq.saturating_add(1), seq),
        ([], Place::Before(seq) | Place::Around(seq)) => (seq, seq.saturating_sub(1)),
        ([], Place::End) => (0, 0),
    }
}
