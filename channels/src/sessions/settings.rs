//! How a session's cookie looks and how long it lasts: Django's `SESSION_COOKIE_*`.

use std::time::Duration;

use super::{CookieError, SameSite, SetCookie};

/// What [`SessionMiddleware`](super::SessionMiddleware) was told.
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
    /// The header that gives the cookie to the client, `None` for an age of the browser's.
    pub(super) fn set(&self, key: &str, age: Option<Duration>) -> Result<String, CookieError> {
        let cookie = self.dressed(SetCookie::new(&self.name, key));
        match age {
            Some(age) => cookie.max_age(age).header_value(),
            None => cookie.header_value(),
        }
    }

    /// The header that takes it away.
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
