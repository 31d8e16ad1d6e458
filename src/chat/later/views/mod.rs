//! The pages and forms of what happens later.

pub(crate) mod reminders;
pub(crate) mod scheduled;

use serde::Serialize;

use crate::{
    accounts::{UserId, Zone},
    db::{Connection, Timestamp},
    error::Result,
    preferences::Preferences,
    words,
};

/// The data of `_moment.hbs`: a label and a time, for example "To be sent on 1 December".
#[derive(Debug, Serialize)]
pub(super) struct Moment {
    /// The label.
    what: String,
    /// ISO 8601, UTC.
    at: String,
    time: String,
}

impl Moment {
    fn new(key: &str, at: Timestamp, now: &jiff::Zoned) -> Self {
        Self {
            what: words::text(key),
            at: at.iso(),
            time: readable(at, now),
        }
    }
}

/// Returns the present time in the time zone of the person: the chosen one, or that of the browser.
fn local_now(conn: &mut Connection, user: UserId, browser: &Zone) -> Result<jiff::Zoned> {
    let attention = Preferences::of(conn, user)?.attention;
    Ok(attention.local(Timestamp::now(), browser))
}

/// Returns a moment as people read it, in the zone of `now`.
fn readable(at: Timestamp, now: &jiff::Zoned) -> String {
    let local = at.moment().to_zoned(now.time_zone().clone());
    local.strftime(&words::text("format-day-time")).to_string()
}
