//! Journals: what each client sent, how it was answered, and what it saw. The checker compares them
//! with the database file; it knows nothing else of the program.

use std::{collections::HashMap, time::Instant};

/// How a request ended, as far as its sender knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server acknowledged it, so it must be on the disk. `seq` and `id` where the answer names
    /// them; an answer to a form names neither.
    Accepted {
        seq: Option<i64>,
        id: Option<i64>,
        at: Instant,
    },
    /// The server refused it for good; nothing was stored.
    Refused,
    /// No answer came: it may be stored or not, but at most once.
    Unknown,
}

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Post { body: String },
    Edit { id: i64, body: String },
    Delete { id: i64 },
    React { id: i64, emoji: String, on: bool },
}

/// One request of a writer. Retries under the same `client_id` are one deed.
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
    /// An answer to `room.resume` left these numbers out and said so; the reader fetched them as pages.
    Hole {
        room: i64,
        from: i64,
        to: i64,
    },
    /// A page of a room's history. `floor` is the highest number that was acknowledged to anybody
    /// before the request was sent, `last_seq` what the page says is the newest event.
    Page {
        room: i64,
        floor: i64,
        last_seq: i64,
        shown: Vec<Shown>,
    },
}

/// How much of a room a reader may see, and must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// A member who follows the room by socket or stream: owed every event.
    All,
    /// A member who only looks at pages: may see everything, is owed no particular event.
    Pages,
    /// Removed by the event with this number: owed nothing after it, and must see nothing after it.
    Until(i64),
}

/// What one reader saw in one history of the database. A restore begins another one.
pub(super) type History = Vec<Heard>;

/// The journal of one reader.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) name: String,
    /// Rooms that are not listed here must stay invisible.
    pub(super) rights: HashMap<i64, Right>,
    /// The last one is compared with the database; all are checked for order and contradictions.
    pub(super) histories: Vec<History>,
}

/// What a restore may have taken away: requests acknowledged after the backup began and before the
/// restored server ran.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rollback {
    pub(super) backup_began: Instant,
    pub(super) restored: Instant,
}

impl Rollback {
    /// Whether something acknowledged at that time may be gone.
    pub(super) fn covers(&self, at: Instant) -> bool {
        self.backup_began <= at && at <= self.restored
    }
}

/// All journals of a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// The deeds of each writer, in the order in which it did them.
    pub(super) writers: Vec<Vec<Deed>>,
    pub(super) readers: Vec<Reader>,
    pub(super) rollbacks: Vec<Rollback>,
}
