//! The verdict: compares the journals with the database file, and lists all violations of the
//! promise.

mod readers;
mod tests;
mod writers;

use super::{journal::Evidence, stored::Stored};

/// A violation of the promise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(super) enum Fault {
    #[error("the database file is damaged: {0}")]
    Damaged(String),
    #[error("room {room}: the numbers have a hole at {seq}")]
    HoleInNumbers { room: i64, seq: i64 },
    #[error("room {room}: message {seq} has {events} events of its creation")]
    NotOneEvent { room: i64, seq: i64, events: usize },
    #[error("the acknowledged message {client_id} is lost")]
    Lost { client_id: String },
    #[error("message {client_id} was acknowledged as {acknowledged} and is stored as {stored}")]
    Moved {
        client_id: String,
        acknowledged: i64,
        stored: i64,
    },
    #[error("message {client_id} is stored more than once")]
    Doubled { client_id: String },
    #[error("two requests were acknowledged with the number {seq} of room {room}")]
    SameNumber { room: i64, seq: i64 },
    #[error("nobody sent the stored message {client_id}")]
    Invented { client_id: String },
    #[error("message {id} does not say what was acknowledged: {stored:?}")]
    ChangeLost { id: i64, stored: String },
    #[error("the reaction {emoji} to message {id} is not as it was acknowledged")]
    ReactionLost { id: i64, emoji: String },
    #[error("{reader} was not told event {seq} of room {room}")]
    Missed { reader: String, room: i64, seq: i64 },
    #[error("{reader} was told event {seq} of room {room} after {after}")]
    OutOfOrder {
        reader: String,
        room: i64,
        after: i64,
        seq: i64,
    },
    #[error("{reader} was told something else as event {seq} of room {room}")]
    ToldOtherwise { reader: String, room: i64, seq: i64 },
    #[error("{reader} may not see {what} of room {room}")]
    Leaked {
        reader: String,
        room: i64,
        what: String,
    },
    #[error("{reader} read a page of room {room} at {shown} when {floor} was acknowledged")]
    PageBehind {
        reader: String,
        room: i64,
        floor: i64,
        shown: i64,
    },
}

/// Returns all faults, sorted and without duplicates. Empty if the promise was kept.
pub(super) fn judge(evidence: &Evidence, stored: &Stored) -> Vec<Fault> {
    let damaged = stored.complaints.iter().cloned().map(Fault::Damaged);
    let mut faults: Vec<Fault> = damaged.collect();
    faults.extend(numbers(stored));
    faults.extend(writers::judge(evidence, stored));
    faults.extend(readers::judge(evidence, stored));
    faults.sort();
    faults.dedup();
    faults
}

/// Checks that each room numbers its events from 1 to `last_seq` without a gap.
fn numbers(stored: &Stored) -> Vec<Fault> {
    let mut faults = Vec::new();
    for room in &stored.rooms {
        let events = stored.events.iter().filter(|event| event.room == room.id);
        let mut expected = 1;
        for event in events {
            if event.seq != expected {
                faults.push(Fault::HoleInNumbers {
                    room: room.id,
                    seq: expected,
                });
            }
            expected = event.seq + 1;
        }
        if expected != room.last_seq + 1 {
            faults.push(Fault::HoleInNumbers {
                room: room.id,
                seq: expected,
            });
        }
    }
    faults
}
