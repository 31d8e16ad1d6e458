//! The converters of arguments in `path()` patterns: Django's converters, and an application's own.
//!
//! Source: django/urls/converters.py.

use std::fmt;
use std::sync::Arc;

type Convert = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A converter of the application's own, for
/// [`URLRouter::converter`](crate::URLRouter::converter): Django's `register_converter`.
///
/// ```
/// use channels::routing::PathConverter;
/// use channels::security::WebsocketDenier;
/// use channels::{Scope, URLRouter};
/// let year = PathConverter::new("[0-9]{4}").convert(|text| {
///     let year: u16 = text.parse().ok()?;
///     (year >= 1900).then(|| year.to_string())
/// });
/// let app = URLRouter::new()
///     .converter("year", year)
///     .path("archive/<year:when>/", |_: &Scope| WebsocketDenier);
/// # let _ = app;
/// ```
#[derive(Clone)]
pub struct PathConverter {
    pub(super) regex: String,
    convert: Arc<Convert>,
}

impl PathConverter {
    /// Accepts the text that this regular expression matches, unchanged.
    pub fn new(regex: &str) -> Self {
        Self {
            regex: regex.to_owned(),
            convert: Arc::new(|text| Some(text.to_owned())),
        }
    }

    /// Converts the text for the application; `None` means that the route does not match.
    pub fn convert(
        mut self,
        convert: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.convert = Arc::new(convert);
        self
    }

    pub(super) fn apply(&self, text: &str) -> Option<String> {
        (self.convert)(text)
    }

    /// One of Django's own.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "str" => Self::new("[^/]+"),
            "int" => Self::new("[0-9]+").convert(|text| Some(without_zeros(text))),
            "slug" => Self::new("[-a-zA-Z0-9_]+"),
            "uuid" => Self::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
            "path" => Self::new(".+"),
            _ => return None,
        })
    }
}

fn without_zeros(digits: &str) -> String {
    match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        rest => rest.to_owned(),
    }
}

impl fmt::Debug for PathConverter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PathConverter")
            .field("regex", &self.regex)
            .finish_non_exhaustive()
    }
}
