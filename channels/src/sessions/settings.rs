//! The attributes and lifetime of a session's cookie: Django's `SESSION_COOKIE_*`.

use std::time::Duration;

use super::{CookieError, SameSite, SetCookie};

/// The settings of [`SessionMiddleware`](super::SessionMiddleware).
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) domain: Option<String>,
    pub(crate) path: String,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: Option<SameSite>,
    pub(crate) age: Duration,
    pub(crate) ends_with_browser: bool,
    pub(crate) save_every_request: bool,
    pub(crate) autosave: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "sessionid".to_owned(),
            domain: None,
            path: "/".to_owned(),
            secure: false,
            http_only: true,
            same_site: Some(SameSite::Lax),
            age: Duration::from_secs(14 * 24 * 3600),
            ends_with_browser: false,
            save_every_request: false,
            autosave: false,
        }
    }
}

impl Settings {
    /// The header that sets the cookie; `None` as the age means until the browser is closed.
    pub(super) fn set(&self, key: &str, age: Option<Duration>) -> Result<String, CookieError> {
        let cookie = self.dressed(SetCookie::new(&self.name, key));
        match age {
            Some(age) => cookie.max_age(age).header_value(),
            None => cookie.header_value(),
        }
    }

    /// The header that deletes the cookie.
    pub(super) fn delete(&self) -> Result<String, CookieError> {
        self.dressed(SetCookie::delete(&self.name)).header_value()
    }

    fn dressed(&self, cookie: SetCookie) -> SetCookie {
        cookie
            .domain(self.domain.as_deref())
            .path(Some(&self.path))
            .secure(self.secure)
            .http_only(self.http_only)
            .same_site(self.same_site)
    }
}
