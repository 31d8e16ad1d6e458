//! Parsers of settings that are more than a number: times, rates, addresses.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use serde::{Serialize, Serializer};
use url::Url;

/// A duration, for example `30s`, `15m`, `14days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match humantime::parse_duration(text) {
            Ok(period) if period.is_zero() => Err("a time must be longer than zero".into()),
            Ok(period) => Ok(Self(period)),
            Err(error) => Err(format!("{error}; write a time as 30s, 15m or 14days")),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.0).fmt(out)
    }
}

/// The rate of a token bucket with `count` tokens, which refills within `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The capacity of the bucket (the burst).
    pub count: u32,
    /// The time in which an empty bucket becomes full.
    pub period: Duration,
}

impl From<Rate> for channels::limits::Rate {
    fn from(rate: Rate) -> Self {
        Self::new(rate.count, rate.period)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (count, period) = text.split_once('/').ok_or("write a rate as 10/15m")?;
        let count = count
            .trim()
            .parse()
            .map_err(|error| format!("{count:?}: {error}"))?;
        if count == 0 {
            return Err("a rate of 0 would allow nothing".into());
        }
        Ok(Self {
            count,
            period: Period::from_str(period.trim())?.0,
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.count, Period(self.period))
    }
}

/// Several rates of the same action. All of them must allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates(pub Vec<Rate>);

impl FromStr for Rates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(Rate::from_str)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rate) in self.0.iter().enumerate() {
            write!(out, "{}{rate}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// Serializes as on the command line.
macro_rules! serialize_as_text {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}
serialize_as_text!(Period Rate Rates);

pub(super) fn sqlite_path(text: &str) -> Result<PathBuf, String> {
    let path = ["sqlite://", "sqlite:"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    match path.unwrap_or(text) {
        "" => Err("names no file".into()),
        other if other.contains("://") => Err("only SQLite is supported: sqlite://PATH".into()),
        path => Ok(path.into()),
    }
}

pub(super) fn site_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "http" | "https" if plain && url.has_host() && url.username().is_empty() => Ok(url),
        _ => Err("write it as https://chat.example.org, without a path".into()),
    }
}

/// Parses a limit that must not be 0, because 0 would lock everybody out.
pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err("at least 1".into()),
    }
}

pub(super) fn page_len(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(len @ 1..=100) => Ok(len),
        _ => Err("a page holds 1 to 100 messages".into()),
    }
}
