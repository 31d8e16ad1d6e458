//! Why a message was refused, in words that name the remedy; the same for socket and form.

use std::time::Duration;

use uuid::Uuid;

use super::{
    body::BodyError,
    models::{NotChanged, RoomId},
    protocol::{RefusalCode, Refused},
    server::NotPosted,
};
use crate::{error::Error, words};

/// A busy server is asked again after this time.
const BUSY_RETRY: Duration = Duration::from_secs(1);

impl Refused {
    /// The answer to a post to `room` that failed for `reason`; `name` is the room's, if the
    /// sender may know it.
    pub(super) fn new(
        room: RoomId,
        client_id: Uuid,
        reason: &NotPosted,
        name: Option<&str>,
    ) -> Self {
        let (code, text) = wording(reason, name);
        let (excess, retry_after) = match reason {
            NotPosted::Body(BodyError::TooLong { excess }) => (Some(*excess), None),
            NotPosted::Refused(Error::TooMany { retry_after }) => (None, Some(*retry_after)),
            _ if matches!(code, RefusalCode::Busy | RefusalCode::Closing) => {
                (None, Some(BUSY_RETRY))
            }
            _ => (None, None),
        };
        let in_ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            room,
            client_id,
            code,
            text,
            excess,
            retry_after_ms: retry_after.map(in_ms),
        }
    }
}

fn wording(reason: &NotPosted, name: Option<&str>) -> (RefusalCode, String) {
    match reason {
        NotPosted::Body(BodyError::Empty) => {
            (RefusalCode::Empty, words::text("room-refused-empty"))
        }
        NotPosted::Body(BodyError::Control) => {
            (RefusalCode::Invalid, words::text("room-refused-control"))
        }
        NotPosted::Body(BodyError::TooLong { excess }) => (
            RefusalCode::TooLong,
            words::text_with("room-refused-too-long", &[("excess", (*excess).into())]),
        ),
        NotPosted::NoEmoji => (RefusalCode::Invalid, words::text("message-refused-emoji")),
        NotPosted::Unchanged(reason) => unchanged(reason),
        NotPosted::OtherHistory => (
            RefusalCode::OtherHistory,
            words::text("room-refused-history"),
        ),
        NotPosted::Closing => (RefusalCode::Closing, words::text("room-refused-closing")),
        NotPosted::Refused(Error::Forbidden | Error::NotFound) => {
            let text = name.map_or_else(
                || words::text("room-refused-missing"),
                |name| words::text_with("room-refused-not-allowed", &[("name", name.into())]),
            );
            (RefusalCode::NotAllowed, text)
        }
        NotPosted::Refused(Error::Conflict) => {
            (RefusalCode::Conflict, words::text("room-refused-conflict"))
        }
        NotPosted::Refused(Error::TooMany { .. }) => {
            (RefusalCode::Rate, words::text("room-refused-rate"))
        }
        NotPosted::Refused(_) => (RefusalCode::Busy, words::text("room-refused-busy")),
    }
}

fn unchanged(reason: &NotChanged) -> (RefusalCode, String) {
    match reason {
        NotChanged::Gone => (RefusalCode::Gone, words::text("message-refused-gone")),
        NotChanged::TooLate => (RefusalCode::TooLate, words::text("message-refused-late")),
        NotChanged::NotYours => (
            RefusalCode::NotAllowed,
            words::text("message-refused-author"),
        ),
        NotChanged::TooManyReactions => (
            RefusalCode::TooMany,
            words::text("message-refused-reactions"),
        ),
        NotChanged::Refused(_) => (RefusalCode::Busy, words::text("room-refused-busy")),
    }
}
