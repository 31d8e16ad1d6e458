//! Journals: the requests of each client, their answers, and what the client saw. The checker
//! compares them with the database file, and knows nothing else of the program.

use std::{collections::HashMap, time::Instant};

/// The outcome of a request, as its sender knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server acknowledged it, so it must be on disk. `seq` and `id` if the answer has them.
    /// The answer to a form has neither.
    Accepted {
        seq: Option<i64>,
        id: Option<i64>,
        at: Instant,
    },
    /// The server refused it for good; nothing was stored.
    Refused,
    /// There was no answer: it may be stored or not, but at most once.
    Unknown,
}

/// What a client requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Post { body: String },
    Edit { id: i64, body: String },
    Delete { id: i64 },
    React { id: i64, emoji: String, on: bool },
}

/// One request of a writer. Retries with the same `client_id` belong to the same deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Deed {
    pub(super) room: i64,
    pub(super) author: i64,
    pub(super) client_id: String,
    pub(super) act: Act,
    pub(super) outcome: Outcome,
}

/// An event of a room as a reader received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) room: i64,
    /// `None` for events without a number, such as typing.
    pub(super) seq: Option<i64>,
    pub(super) kind: String,
    /// The message that the event is about.
    pub(super) id: Option<i64>,
    pub(super) client_id: Option<String>,
    /// `None` where the message was deleted since.
    pub(super) body: Option<String>,
}

/// A message as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) seq: i64,
    pub(super) id: i64,
    /// `None` for a deleted message.
    pub(super) body: Option<String>,
}

/// One entry of a reader's journal, in the order in which a correct client applies them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    Event(Sighting),
    /// An answer to `room.resume` left out these numbers explicitly. The reader loaded them as
    /// pages.
    Hole {
        room: i64,
        from: i64,
        to: i64,
    },
    /// A page of a room's history. `floor` is the highest number that any client had an
    /// acknowledgement for before the request was sent. `last_seq` is the newest event according to
    /// the page.
    Page {
        room: i64,
        floor: i64,
        last_seq: i64,
        shown: Vec<Shown>,
    },
}

/// What a reader may see of a room, and must see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// A member who is subscribed by socket or stream, and must get every event.
    All,
    /// A member who only loads pages, who may see everything but need not see every event.
    Pages,
    /// A person who was removed by the event with this number, and must see nothing after it.
    Until(i64),
}

/// What one reader saw in one epoch of the database. A restore starts another one.
pub(super) type History = Vec<Heard>;

/// The journal of one reader.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) name: String,
    /// Rooms that are not in this map must stay invisible.
    pub(super) rights: HashMap<i64, Right>,
    /// The last history is compared with the database. All are checked for order and
    /// contradictions.
    pub(super) histories: Vec<History>,
}

/// What a restore may have removed: requests that were acknowledged after the backup started and
/// before the restored server ran.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rollback {
    pub(super) backup_began: Instant,
    pub(super) restored: Instant,
}

impl Rollback {
    /// Returns whether something acknowledged at that time may be missing.
    pub(super) fn covers(&self, at: Instant) -> bool {
        self.backup_began <= at && at <= self.restored
    }
}

/// All journals of a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// The deeds of each writer in order.
    pub(super) writers: Vec<Vec<Deed>>,
    pub(super) readers: Vec<Reader>,
    pub(super) rollbacks: Vec<Rollback>,
}
