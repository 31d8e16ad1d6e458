//! A room's history, a page at a time: where in it a page stands, and what lies on either side.

use diesel::prelude::*;

use super::{Message, RoomMember};
use crate::db::Connection;

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
pub struct Stretch {
    /// The messages.
    pub messages: Vec<Message>,
    /// There are older ones before this event.
    pub earlier: Option<i64>,
    /// There are newer ones after this event.
    pub later: Option<i64>,
}

impl Stretch {
    /// At most `len` messages at `place`.
    pub fn read(
        conn: &mut Connection,
        member: &RoomMember,
        place: Place,
        len: u32,
    ) -> QueryResult<Self> {
        let messages = match place {
            Place::End => Message::before(conn, member, None, len)?,
            Place::Before(seq) => Message::before(conn, member, Some(seq), len)?,
            Place::After(seq) => Message::after(conn, member, seq, len)?,
            Place::Around(seq) => {
                let mut messages = Message::before(conn, member, Some(seq), len / 2)?;
                let rest = len - len / 2;
                messages.extend(Message::after(conn, member, seq.saturating_sub(1), rest)?);
                messages
            }
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
}

/// The first and the last event of the stretch; also one without messages lies somewhere.
fn edges(place: Place, messages: &[Message]) -> (i64, i64) {
    match (messages, place) {
        ([first, .., last], _) => (first.seq, last.seq),
        ([only], _) => (only.seq, only.seq),
        ([], Place::After(seq)) => (seq.saturating_add(1), seq),
        ([], Place::Before(seq) | Place::Around(seq)) => (seq, seq.saturating_sub(1)),
        ([], Place::End) => (0, 0),
    }
}
