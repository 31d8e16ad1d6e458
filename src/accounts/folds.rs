//! Which sections of the list of conversations are folded. Page scripts store it in a cookie
//! (`static/js/shell/folds.js`), so that the server renders the list as it was left.

use actix_web::HttpRequest;
use serde::Serialize;

use crate::security::cookies;

const COOKIE: &str = "parlour_folds";

/// The folded sections. Without scripts a section opens and folds, too, and is not remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Folds {
    pinned: bool,
    others: bool,
    /// Whether the hidden conversations are shown: they are folded unless somebody opens them.
    hidden_open: bool,
}

impl Folds {
    /// Returns what the cookie of `request` says. Unknown words mean nothing.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let value = cookies::values(request.headers(), COOKIE).next();
        value.map_or_else(Self::default, |value| Self::parse(&value))
    }

    fn parse(value: &str) -> Self {
        let has = |wanted| value.split('.').any(|section| section == wanted);
        Self {
            pinned: has("pinned"),
            others: has("others"),
            hidden_open: has("hidden"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_as_they_were_left() {
        assert_eq!(Folds::parse(""), Folds::default());
        let two = Folds {
            pinned: true,
            hidden_open: true,
            ..Folds::default()
        };
        assert_eq!(Folds::parse("pinned.hidden.nonsense"), two);
    }
}
