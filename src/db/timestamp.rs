//! Timestamps as they are stored: Unix milliseconds, UTC. For display only. The order of events is
//! that of their numbers.

use std::time::Duration;

use super::id_type;

id_type! {
    /// Unix milliseconds, UTC.
    Timestamp
}

impl Timestamp {
    /// Returns the time of the wall clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// Formats as ISO 8601 with milliseconds, `2026-11-23T08:02:00.123Z`.
    pub fn iso(self) -> String {
        self.utc("%Y-%m-%dT%H:%M:%S%.3fZ")
    }

    /// Formats with `strftime` in UTC.
    pub fn utc(self, format: &str) -> String {
        self.moment().strftime(format).to_string()
    }

    /// Converts to jiff's type, for time zones.
    pub fn moment(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Returns the time `later` after this one.
    pub fn plus(self, later: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// Returns the time `earlier` before this one.
    pub fn minus(self, earlier: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(earlier.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_with_milliseconds_and_zone() {
        assert_eq!(
            Timestamp(1_795_420_920_123).iso(),
            "2026-11-23T08:02:00.123Z"
        );
        let hour = Duration::from_secs(3600);
        assert_eq!(Timestamp(5).plus(hour).minus(hour), Timestamp(5));
    }
}
