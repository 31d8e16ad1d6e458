//! Times on pages. Scripts write them as the locale of the browser does.

use serde::Serialize;

use crate::{accounts::Zone, db::Timestamp, words};

/// The data of a `<time>` element with day and time.
#[derive(Serialize)]
pub(super) struct ShownTime {
    /// ISO 8601, UTC.
    iso: String,
    text: String,
}

impl ShownTime {
    /// Writes a moment in this time zone.
    pub(super) fn new(moment: Timestamp, zone: &Zone) -> Self {
        Self {
            iso: moment.iso(),
            text: zone.format(moment, &words::text("format-day-time")),
        }
    }
}
