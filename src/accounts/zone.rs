//! The time zone of pages. A script (`time-zone.js`) stores the browser's zone in a cookie. Without
//! the cookie, the zone is UTC.

use std::future::{Ready, ready};
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::db::Timestamp;
use crate::error::Error;
use crate::security::cookies;

/// Without the port of the server, because the zone is that of the browser.
const COOKIE: &str = "parlour_zone";
const UTC: &str = "UTC";

/// A zone of the tz database, which is part of the program. Views take it as an argument.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// Returns the zone of the browser of `request`. An unknown name means UTC.
    pub fn of(request: &HttpRequest) -> Self {
        let mut names = cookies::values(request.headers(), COOKIE);
        names
            .find_map(|name| Self::known(&name))
            .unwrap_or_default()
    }

    /// Returns the zone of this IANA name, or `None` for an unknown or empty one.
    pub fn named(name: &str) -> Option<Self> {
        Self::known(name)
    }

    fn known(name: &str) -> Option<Self> {
        static KNOWN: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
        KNOWN.get(name).map(Self).ok()
    }

    /// Returns the rules of the zone.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// Returns the name in the tz database, for example `Europe/Berlin`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or(UTC)
    }

    /// Formats a time with `strftime` in this zone.
    pub fn format(&self, at: Timestamp, format: &str) -> String {
        at.moment()
            .to_zoned(self.0.clone())
            .strftime(format)
            .to_string()
    }

    /// Returns the date in this zone.
    pub fn day(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at.moment()).date()
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl FromRequest for Zone {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_zone_of_the_database_moves_times_and_days() {
        let berlin = Zone::known("Europe/Berlin").unwrap();
        let late = Timestamp(1_767_222_000_000);
        assert_eq!(berlin.name(), "Europe/Berlin");
        assert_eq!(
            berlin.format(late, "%-d %B %Y, %H:%M"),
            "1 January 2026, 00:00"
        );
        assert_eq!(Zone::default().format(late, "%H:%M"), "23:00");
        assert_ne!(berlin.day(late), Zone::default().day(late));
    }

    #[test]
    fn whatever_else_a_cookie_says_is_utc() {
        let request = TestRequest::default().insert_header(("Cookie", "parlour_zone=Mars"));
        assert_eq!(Zone::of(&request.to_http_request()).name(), "UTC");
        let two = "parlour_zone=Mars; parlour_zone=Europe/Berlin";
        let request = TestRequest::default().insert_header(("Cookie", two));
        assert_eq!(Zone::of(&request.to_http_request()).name(), "Europe/Berlin");
        for name in ["", "Mars/Olympus", "../../etc/passwd", "+02:00", "<b>"] {
            assert!(Zone::known(name).is_none(), "{name}");
        }
    }
}
