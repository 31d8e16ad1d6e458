//! How long a session lasts, as it says itself: [`SessionExpiry`].
//!
//! Source: Django's `SessionBase.set_expiry` and `get_expiry_age`.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SessionData;

/// Where Django keeps it: seconds, of which 0 ends the session with the browser, or a date.
pub(super) const EXPIRY: &str = "_session_expiry";

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionExpiry {
    /// As long as the middleware says.
    Default,
    /// Until the browser is closed; the store keeps it as long as the middleware says.
    AtBrowserClose,
    /// This long after it was saved, in whole seconds and at least one.
    After(Duration),
    /// Until this time, in whole seconds, however often it is saved.
    At(SystemTime),
}

impl SessionExpiry {
    /// What a session says of itself.
    pub(super) fn of(data: &SessionData) -> Self {
        match data.get(EXPIRY) {
            Some(Value::Number(seconds)) => match seconds.as_u64() {
                Some(0) => Self::AtBrowserClose,
                Some(seconds) => Self::After(Duration::from_secs(seconds)),
                // Django lets such a session end in the past.
                None => Self::At(SystemTime::UNIX_EPOCH),
            },
            Some(Value::String(date)) => read(date).map_or(Self::Default, Self::At),
            _ => Self::Default,
        }
    }

    /// What of it is kept with the session.
    pub(super) fn to_value(self) -> Option<Value> {
        match self {
            Self::Default => None,
            Self::AtBrowserClose => Some(0.into()),
            // Less than a second would read as "until the browser is closed".
            Self::After(age) => Some(age.as_secs().max(1).into()),
            Self::At(end) => Some(written(end).into()),
        }
    }

    /// How long from now a store keeps the session, unless that is for the middleware to say.
    pub(super) fn age(self) -> Option<Duration> {
        match self {
            Self::Default | Self::AtBrowserClose => None,
            Self::After(age) => Some(age),
            Self::At(end) => Some(end.duration_since(SystemTime::now()).unwrap_or_default()),
        }
    }
}

/// Reads what Python's `isoformat` wrote; a date without a zone counts as UTC.
fn read(date: &str) -> Option<SystemTime> {
    let with_zone = OffsetDateTime::parse(date, &Rfc3339);
    let read = with_zone.or_else(|_| OffsetDateTime::parse(&format!("{date}Z"), &Rfc3339));
    read.ok().map(SystemTime::from)
}

/// Older Pythons read whole seconds and a zone of digits only.
fn written(end: SystemTime) -> String {
    let end = OffsetDateTime::from(end).truncate_to_second();
    let text = end.format(&Rfc3339).unwrap_or_default();
    text.replace('Z', "+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: Value) -> SessionExpiry {
        SessionExpiry::of(&SessionData::from_iter([(EXPIRY.to_owned(), value)]))
    }

    #[test]
    fn what_django_writes_is_read() {
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(of(0.into()), SessionExpiry::AtBrowserClose);
        assert_eq!(of(60.into()), SessionExpiry::After(Duration::from_secs(60)));
        assert_eq!(of((-5).into()).age(), Some(Duration::ZERO));
        for date in [
            "2023-11-14T22:13:20+00:00",
            "2023-11-14T23:13:20+01:00",
            "2023-11-14T22:13:20",
        ] {
            assert_eq!(of(date.into()), SessionExpiry::At(end), "{date}");
        }
        let exact = of("2023-11-14T22:13:20.123456+00:00".into());
        assert_eq!(
            exact,
            SessionExpiry::At(end + Duration::from_micros(123_456))
        );
        assert_eq!(of("soon".into()), SessionExpiry::Default);
        assert_eq!(of(Value::Null), SessionExpiry::Default);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let end = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
        let written = SessionExpiry::At(end).to_value().unwrap();
        assert_eq!(written, "2023-11-14T22:13:20+00:00");
        let short = SessionExpiry::After(Duration::from_millis(1))
            .to_value()
            .unwrap();
        assert_eq!(of(short), SessionExpiry::After(Duration::from_secs(1)));
        assert_eq!(SessionExpiry::Default.to_value(), None);
    }
}
