//! Pagination of a room's history by event number (keyset pagination), in both directions.

use diesel::prelude::*;

use super::{budget::Budget, message::Message};
use crate::{chat::rooms::RoomMember, db::Connection};

/// The position of a page, given by event numbers (the cursor).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// The newest messages.
    #[default]
    End,
    /// The messages before this event.
    Before(i64),
    /// The messages after this event.
    After(i64),
    /// Half before this event, the other half from it on.
    Around(i64),
}

/// A page of consecutive messages of one room, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The messages.
    pub messages: Vec<Message>,
    /// The cursor of the previous page, if there are older messages.
    pub earlier: Option<i64>,
    /// The cursor of the next page, if there are newer messages.
    pub later: Option<i64>,
}

impl HistoryPage {
    /// Reads the messages at `place` that fit into the budget, at least one if there is one.
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
        // The newest page has no next one. Later posts reach the browser through its socket.
        let later = place != Place::End && Message::any_after(conn, member, last)?;
        Ok(Self {
            messages,
            earlier: earlier.then_some(first),
            later: later.then_some(last),
        })
    }

    /// Reads the messages around event `seq`. Half of the budget goes to `seq` and later messages,
    /// so that the wanted message is on the page however large its neighbours are. The rest goes to
    /// earlier ones.
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

/// Returns the first and the last event of the page. For an empty page, both are its cursor.
fn edges(place: Place, messages: &[Message]) -> (i64, i64) {
    match (messages, place) {
        ([first, .., last], _) => (first.seq, last.seq),
        ([only], _) => (only.seq, only.seq),
        ([], Place::After(seq)) => (seq.saturating_add(1), seq),
        ([], Place::Before(seq) | Place::Around(seq)) => (seq, seq.saturating_sub(1)),
        ([], Place::End) => (0, 0),
    }
}
