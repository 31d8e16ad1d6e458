//! A moment as it is stored: Unix milliseconds, UTC. For people to read, never for order.

use std::time::Duration;

use super::id_type;

id_type! {
    /// Unix milliseconds, UTC.
    Timestamp
}

impl Timestamp {
    /// The wall clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// ISO 8601 with milliseconds, `2026-11-23T08:02:00.123Z`.
    pub fn iso(self) -> String {
        self.utc("%Y-%m-%dT%H:%M:%S%.3fZ")
    }

    /// `strftime` in UTC.
    pub fn utc(self, format: &str) -> String {
        self.moment().strftime(format).to_string()
    }

    /// The same moment, for what time zones make of it.
    pub fn moment(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The moment `later` after this one.
    pub fn plus(self, later: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    /// The moment `earlier` before this one.
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
