//! The expiry of a session, stored in the session: [`SessionExpiry`].
//!
//! Source: Django's `SessionBase.set_expiry` and `get_expiry_age`.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SessionData;

/// Django's key for it: seconds, of which 0 ends the session with the browser, or a date.
pub(super) const EXPIRY: &str = "_session_expiry";

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionExpiry {
    /// As configured in the middleware.
    Default,
    /// Until the browser is closed; the store keeps it as configured in the middleware.
    AtBrowserClose,
    /// This long after it was saved, in whole seconds and at least one.
    After(Duration),
    /// Until this time, in whole seconds, however often it is saved.
    At(SystemTime),
}

impl SessionExpiry {
    /// Reads the expiry from the values of a session.
    pub(super) fn of(data: &SessionData) -> Self {
        match data.get(EXPIRY) {
            Some(Value::Number(seconds)) => match seconds.as_u64() {
                Some(0) => Self::AtBrowserClose,
                Some(seconds) => Self::After(Duration::from_secs(seconds)),
                // In Django, such a session has already expired.
                None => Self::At(SystemTime::UNIX_EPOCH),
            },
            Some(Value::String(date)) => read(date).map_or(Self::Default, Self::At),
            _ => Self::Default,
        }
    }

    /// The value that is stored in the session.
    pub(super) fn to_value(self) -> Option<Value> {
        match self {
            Self::Default => None,
            Self::AtBrowserClose => Some(0.into()),
            // Less than a second would mean "until the browser is closed".
            Self::After(age) => Some(age.as_secs().max(1).into()),
            Self::At(end) => Some(written(end).into()),
        }
    }

    /// How long from now a store keeps the session; `None` if the middleware decides.
    pub(super) fn age(self) -> Option<Duration> {
        match self {
            Self::Default | Self::AtBrowserClose => None,
            Self::After(age) => Some(age),
            Self::At(end) => Some(end.duration_since(SystemTime::now()).unwrap_or_default()),
        }
    }
}

/// Parses the format of Python's `isoformat`; a date without a zone is in UTC.
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
