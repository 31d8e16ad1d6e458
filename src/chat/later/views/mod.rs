//! The pages and forms of what happens later.

pub(crate) mod scheduled;

use crate::{
    accounts::{UserId, Zone},
    db::{Connection, Timestamp},
    error::Result,
    preferences::Preferences,
};

/// Returns the present time in the time zone of the person: the chosen one, or that of the browser.
fn local_now(conn: &mut Connection, user: UserId, browser: &Zone) -> Result<jiff::Zoned> {
    let attention = Preferences::of(conn, user)?.attention;
    Ok(attention.local(Timestamp::now(), browser))
}

/// Returns a moment as people read it, in the zone of `now`.
fn readable(at: Timestamp, now: &jiff::Zoned) -> String {
    let local = at.moment().to_zoned(now.time_zone().clone());
    local.strftime("%A, %-d %B %Y, %H:%M %Z").to_string()
}
