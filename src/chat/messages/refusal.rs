//! Refusals: why a message was not posted or not changed, as a text that says what to do. Shared by
//! socket and form.

use std::time::Duration;

use uuid::Uuid;

use super::{
    body::BodyError,
    commands::NotPosted,
    models::not_changed::NotChanged,
    protocol::{RefusalCode, Refused},
};
use crate::{chat::rooms::RoomId, error::Error, words};

/// How long the browser waits before it retries on a busy server.
const BUSY_RETRY: Duration = Duration::from_secs(1);

/// The target of a refused command. `name` is the room's name, if the sender may know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedAt<'a> {
    /// The room.
    pub(crate) room: RoomId,
    /// The idempotency key of the message or the change.
    pub(crate) client_id: Uuid,
    /// The title of the room for the sender.
    pub(crate) name: Option<&'a str>,
}

impl RefusedAt<'_> {
    /// Returns the refusal of a post.
    pub(crate) fn post(self, reason: &NotPosted) -> Refused {
        match reason {
            NotPosted::Body(reason) => self.body(*reason),
            NotPosted::TooManyCalls { retry_after } => {
                let minutes = retry_after.as_secs().div_ceil(60);
                let text = words::text_with("room-refused-calls", &[("minutes", minutes.into())]);
                self.with_text(RefusalCode::TooMany, text)
            }
            NotPosted::Closing => self.closing(),
            NotPosted::Refused(error) => self.error(error),
        }
    }

    /// Returns the refusal of a text that its author has just posted.
    pub(crate) fn repeated(self) -> Refused {
        self.with_code(RefusalCode::Conflict, "room-refused-repeated")
    }

    /// Returns the refusal of a command in the box, with this sentence.
    pub(crate) fn command(self, text: String) -> Refused {
        self.with_text(RefusalCode::Invalid, text)
    }

    /// Returns the refusal of a change.
    pub(crate) fn change(self, reason: &NotChanged) -> Refused {
        match reason {
            NotChanged::Body(reason) => self.body(*reason),
            NotChanged::NoEmoji => self.with_code(RefusalCode::Invalid, "message-refused-emoji"),
            NotChanged::Closing => self.closing(),
            NotChanged::Gone => self.with_code(RefusalCode::Gone, "message-refused-gone"),
            NotChanged::TooLate => self.with_code(RefusalCode::TooLate, "message-refused-late"),
            NotChanged::NotYours => {
                self.with_code(RefusalCode::NotAllowed, "message-refused-author")
            }
            NotChanged::TooManyReactions => {
                self.with_code(RefusalCode::TooMany, "message-refused-reactions")
            }
            NotChanged::MayNotPin => self.with_code(RefusalCode::NotAllowed, "pins-refused-member"),
            NotChanged::TooManyPins { most } => {
                let text = words::text_with("pins-refused-many", &[("most", (*most).into())]);
                self.with_text(RefusalCode::TooMany, text)
            }
            NotChanged::Refused(error) => self.error(error),
        }
    }

    /// Returns the refusal of a command from another epoch of the database.
    pub(crate) fn other_history(self) -> Refused {
        self.with_code(RefusalCode::OtherHistory, "room-refused-history")
    }

    /// Returns the refusal for an error of the rate limits or the database.
    pub(crate) fn error(self, error: &Error) -> Refused {
        match error {
            Error::Forbidden | Error::NotFound => {
                let text = self.name.map_or_else(
                    || words::text("room-refused-missing"),
                    |name| words::text_with("room-refused-not-allowed", &[("name", name.into())]),
                );
                self.with_text(RefusalCode::NotAllowed, text)
            }
            Error::Conflict => self.with_code(RefusalCode::Conflict, "room-refused-conflict"),
            Error::TooMany { retry_after } => Refused {
                retry_after_ms: Some(in_ms(*retry_after)),
                ..self.with_code(RefusalCode::Rate, "room-refused-rate")
            },
            _ => Refused {
                retry_after_ms: Some(in_ms(BUSY_RETRY)),
                ..self.with_code(RefusalCode::Busy, "room-refused-busy")
            },
        }
    }

    fn closing(self) -> Refused {
        Refused {
            retry_after_ms: Some(in_ms(BUSY_RETRY)),
            ..self.with_code(RefusalCode::Closing, "room-refused-closing")
        }
    }

    fn body(self, reason: BodyError) -> Refused {
        let (code, excess) = match reason {
            BodyError::Empty => (RefusalCode::Empty, None),
            BodyError::TooLong { excess } => (RefusalCode::TooLong, Some(excess)),
        };
        Refused {
            excess,
            ..self.with_text(code, reason.text())
        }
    }

    fn with_code(self, code: RefusalCode, key: &str) -> Refused {
        self.with_text(code, words::text(key))
    }

    fn with_text(self, code: RefusalCode, text: String) -> Refused {
        Refused {
            room: self.room,
            client_id: self.client_id,
            code,
            text,
            excess: None,
            retry_after_ms: None,
        }
    }
}

fn in_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
