//! A notice (flash message) for the next page after a redirect, for example `Your password is
//! changed.`
//!
//! It is stored in a signed cookie of its own, because the session is gone after a log-out.

use actix_web::body::BoxBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::security::{SecretKeys, Site, cookies};

const COOKIE: &str = "parlour_notice";
/// Long enough for a slow redirect, but too short to appear on another day.
const LIFETIME: Duration = Duration::minutes(1);

/// The kind of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Success.
    Done,
    /// Success with a warning.
    Warn,
    /// Failure.
    Danger,
}

/// A notice, as templates get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The kind.
    pub kind: NoticeKind,
    /// The text.
    pub text: String,
}

/// Signs and reads notices of this site. Registered as `web::Data`.
#[derive(Clone)]
pub struct Notices {
    key: Key,
    cookie_name: String,
    secure: bool,
}

impl Notices {
    /// Creates one for the whole server.
    pub fn new(keys: &SecretKeys, site: &Site) -> Self {
        Self {
            key: keys.notice_cookie(),
            cookie_name: site.cookie_name(COOKIE),
            secure: site.secure_cookies(),
        }
    }

    /// Returns the notice in the cookies of `request`, and the cookie that removes it.
    pub fn take(&self, request: &HttpRequest) -> Option<(Notice, Cookie<'static>)> {
        let mut values = cookies::values(request.headers(), &self.cookie_name);
        let notice = values.find_map(|value| self.read(value))?;
        let mut removal = self.cookie(String::new());
        removal.make_removal();
        Some((notice, removal))
    }

    fn read(&self, value: String) -> Option<Notice> {
        let mut jar = CookieJar::new();
        jar.add_original(Cookie::new(self.cookie_name.clone(), value));
        let signed = jar.signed(&self.key).get(&self.cookie_name)?;
        let json = URL_SAFE_NO_PAD.decode(signed.value()).ok()?;
        serde_json::from_slice(&json).ok()
    }

    fn write(&self, notice: &Notice) -> Option<Cookie<'static>> {
        let json = serde_json::to_vec(notice).ok()?;
        let mut jar = CookieJar::new();
        let mut signed = jar.signed_mut(&self.key);
        signed.add(self.cookie(URL_SAFE_NO_PAD.encode(json)));
        jar.get(&self.cookie_name).cloned()
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build(self.cookie_name.clone(), value)
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(LIFETIME)
            .finish()
    }
}

/// The response to an accepted form: a 303 redirect, possibly with a notice.
#[derive(Clone, Debug)]
#[must_use = "return it from the view"]
pub struct Redirect {
    path: String,
    notice: Option<Notice>,
}

impl Redirect {
    /// `path` must be ours. A path from a person or a link must go through [`super::NextPath`]
    /// first.
    pub fn to(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            notice: None,
        }
    }

    /// Adds a notice of success.
    pub fn done(self, text: String) -> Self {
        self.with(NoticeKind::Done, text)
    }

    /// Adds a notice of failure.
    pub fn danger(self, text: String) -> Self {
        self.with(NoticeKind::Danger, text)
    }

    /// Adds a notice.
    pub fn with(mut self, kind: NoticeKind, text: String) -> Self {
        self.notice = Some(Notice { kind, text });
        self
    }
}

impl Responder for Redirect {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::SeeOther();
        response.insert_header((LOCATION, self.path));
        let notices = request.app_data::<web::Data<Notices>>();
        let cookie = notices
            .zip(self.notice)
            .and_then(|(notices, notice)| notices.write(&notice));
        if let Some(cookie) = cookie {
            response.cookie(cookie);
        }
        response.finish()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::config::Settings;

    fn notices() -> Notices {
        let site = Site::new(&Settings::for_data("x"), "127.0.0.1:8000".parse().unwrap());
        Notices::new(&SecretKeys::ephemeral().unwrap(), &site)
    }

    fn redirected(notices: &Notices) -> Cookie<'static> {
        let request = TestRequest::default().app_data(web::Data::new(notices.clone()));
        let redirect = Redirect::to("/").done("Änderung = gespeichert; „ja“".to_owned());
        let response = redirect.respond_to(&request.to_http_request());
        assert_eq!(response.headers().get(LOCATION).unwrap(), "/");
        response.cookies().next().unwrap().into_owned()
    }

    fn take(notices: &Notices, cookie: Cookie<'static>) -> Option<(Notice, Cookie<'static>)> {
        notices.take(&TestRequest::default().cookie(cookie).to_http_request())
    }

    #[test]
    fn a_notice_arrives_once() {
        let notices = notices();

        let (notice, removal) = take(&notices, redirected(&notices)).unwrap();

        assert_eq!(notice.text, "Änderung = gespeichert; „ja“");
        assert_eq!(notice.kind, NoticeKind::Done);
        assert_eq!(
            (removal.value(), removal.max_age()),
            ("", Some(Duration::ZERO))
        );
    }

    #[test]
    fn a_forged_notice_is_not_shown() {
        let notices = notices();
        let foreign = redirected(&self::notices());

        assert!(take(&notices, foreign).is_none());
        let forged = Cookie::new(notices.cookie_name.clone(), "eyJraW5kIjoiZG9uZSJ9");
        assert!(take(&notices, forged).is_none());
    }
}
