//! Catching up: the events that a reader missed in a room, either all of them, or the newest
//! messages and the range of numbers that is left out.
//!
//! The answer is bounded by a count and by the bytes of the frame. SQLite rows are read only as far
//! as they fit. All of this runs on the thread of a database reader, so that a large answer delays
//! no other socket.

use std::io;

use bytestring::ByteString;
use serde::Serialize;

use crate::{
    chat::{
        layer,
        messages::{Budget, Markup, Message, Missing, RoomChange, RoomEvent, ServerEvent},
        rooms::RoomMember,
    },
    db::Connection,
    error::Result,
};

/// The number of messages in the newest page, which a reader who is far behind receives.
const NEWEST_PAGE: u32 = 50;

/// Returns the `room.events` frame that answers `room.resume`.
pub(crate) fn frame_after(
    conn: &mut Connection,
    markup: &Markup,
    (member, after): (&RoomMember, i64),
    budget: Budget,
) -> Result<ByteString> {
    let (room, last_seq) = (member.room.id, member.room.last_seq);
    // The cursor is past the end: the page knows events that this database does not have.
    let restarted = after > last_seq;
    let after = if restarted { 0 } else { after.max(0) };
    let whole = match last_seq - after <= i64::from(budget.messages) {
        true => RoomEvent::after(conn, member, after, budget)?,
        false => None,
    };
    let whole = whole.and_then(|events| all_of(events, markup, budget.bytes));
    if let Some(events) = whole {
        let answer = ServerEvent::RoomEvents {
            room,
            after,
            events,
            last_seq,
            missing: None,
            cut: false,
            messages: None,
            restarted,
        };
        return Ok(layer::frame(&answer));
    }
    let newest = Budget {
        messages: NEWEST_PAGE.min(budget.messages),
        ..budget
    };
    let newest = Message::before(conn, member, None, newest)?;
    let events = newest_of(newest, markup, budget.bytes);
    let first = events.first().map_or(last_seq + 1, RoomChange::seq);
    let missing = (first > after + 1).then_some(Missing {
        from: after + 1,
        to: first - 1,
    });
    let answer = ServerEvent::RoomEvents {
        room,
        after,
        events,
        last_seq,
        missing,
        cut: true,
        messages: Some(member.missed_after(conn, after)?),
        restarted,
    };
    Ok(layer::frame(&answer))
}

/// Returns all events as JSON values, or `None` if they exceed `most_bytes`.
fn all_of(events: Vec<RoomEvent>, markup: &Markup, most_bytes: usize) -> Option<Vec<RoomChange>> {
    let mut left = most_bytes;
    let mut changes = Vec::with_capacity(events.len());
    for event in events {
        let Some(change) = RoomChange::new(event, markup) else {
            continue;
        };
        left = left.checked_sub(json_bytes(&change))?;
        changes.push(change);
    }
    Some(changes)
}

/// Returns the newest of `messages` whose events fit into `most_bytes`, oldest first, at least one.
fn newest_of(messages: Vec<Message>, markup: &Markup, most_bytes: usize) -> Vec<RoomChange> {
    let mut bytes = 0_usize;
    let mut changes = Vec::new();
    for message in messages.into_iter().rev() {
        let Some(change) = RoomChange::new(RoomEvent::created(message), markup) else {
            continue;
        };
        bytes = bytes.saturating_add(json_bytes(&change));
        if bytes > most_bytes && !changes.is_empty() {
            break;
        }
        changes.push(change);
    }
    changes.reverse();
    changes
}

/// Returns the number of bytes of the value as JSON plus a comma, without allocating.
fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(1);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        // A value that cannot be measured cannot be sent either.
        Err(_) => usize::MAX,
    }
}
