//! Why a message was refused, in words that name the remedy; the same for socket and form.

use std::time::Duration;

use uuid::Uuid;

use super::{
    body::BodyError,
    models::RoomId,
    protocol::{RefusalCode, Refused},
    server::NotPosted,
};
use crate::{error::Error, words};

/// A busy server is asked again after this time.
const BUSY_RETRY: Duration = Duration::from_secs(1);

impl Refused {
    /// The answer to a post to `room` that failed for `reason`.
    pub(super) fn new(room: RoomId, client_id: Uuid, reason: &NotPosted) -> Self {
        let (code, text) = wording(reason);
        let (excess, retry_after) = match reason {
            NotPosted::Body(BodyError::TooLong { excess }) => (Some(*excess), None),
            NotPosted::Refused(Error::TooMany { retry_after }) => (None, Some(*retry_after)),
            _ if matches!(code, RefusalCode::Busy | RefusalCode::Closing) => {
                (None, Some(BUSY_RETRY))
            }
            _ => (None, None),
        };
        let in_ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self { room, client_id, code, text, excess, retry_after_ms: retry_after.map(in_ms) }
    }
}

fn wording(reason: &NotPosted) -> (RefusalCode, String) {
    match reason {
        NotPosted::Body(BodyError::Empty) => (RefusalCode::Empty, words::text("refused-empty")),
        NotPosted::Body(BodyError::Control) => {
            (RefusalCode::Invalid, words::text("refused-control"))
        }
        NotPosted::Body(BodyError::TooLong { excess }) => {
            let excess = excess.to_string();
            (RefusalCode::TooLong, words::text_with("refused-too-long", &[("excess", &excess)]))
        }
        NotPosted::Closing => (RefusalCode::Closing, words::text("refused-closing")),
        NotPosted::Refused(Error::Forbidden | Error::NotFound) => {
            (RefusalCode::NotAllowed, words::text("refused-not-allowed"))
        }
        NotPosted::Refused(Error::Conflict) => {
            (RefusalCode::Conflict, words::text("refused-conflict"))
        }
        NotPosted::Refused(Error::TooMany { retry_after }) => {
            let seconds = retry_after.as_secs_f64().ceil().to_string();
            (RefusalCode::Rate, words::text_with("refused-rate", &[("seconds", &seconds)]))
        }
        NotPosted::Refused(_) => (RefusalCode::Busy, words::text("refused-busy")),
    }
}
