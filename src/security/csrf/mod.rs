//! Middleware against cross-site request forgery (CSRF): every request that changes something must
//! come from a page of this site, and carry the token of that page.
//!
//! It runs before every route, so no view can forget it. Pages get tokens from [`Csrf::token_for`].
//! The counterpart in Django is `CsrfViewMiddleware`.

mod source;
mod token;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::ErrorRequestTimeout;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage, HttpRequest, rt};
use futures_util::StreamExt;

use super::security_log::SecurityEvent;
use super::{SecretKeys, Site, client_addr, cookies};
use crate::config::Limits;
use crate::db::Epoch;
use crate::error::Error;
pub use source::{OwnPages, is_from_elsewhere};
use token::Owner;

const FIELD: &str = "csrf_token";
const HEADER: &str = "x-csrf-token";
const COOKIE: &str = "parlour_visitor";
const FORM: &str = "application/x-www-form-urlencoded";

/// The session of a request. The session middleware, which is further out, stores it in the
/// request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionId(pub String);

/// The body of a submitted form, after this middleware has read it. An outer middleware puts an
/// empty one into the request's extensions, and reads it if the request was refused.
#[derive(Clone, Debug, Default)]
pub struct SubmittedForm(Rc<RefCell<Option<Bytes>>>);

impl SubmittedForm {
    /// Returns the body, if the request was a form that was read.
    pub fn body(&self) -> Option<Bytes> {
        self.0.borrow().clone()
    }
}

/// Marks a request that was refused only because its token is of another session or visitor. The
/// form comes from a page of this site that was open for too long. A page from before a restore is
/// none: its numbers may mean something else now.
#[derive(Clone, Copy, Debug)]
pub struct StaleToken;

/// The key and rules of the middleware. Registered as `web::Data`.
#[derive(Clone, Debug)]
pub struct Csrf {
    key: [u8; 64],
    epoch: Epoch,
    site: Site,
    max_form_bytes: usize,
    body_timeout: Duration,
}

/// The token for the forms of one page.
#[derive(Clone, Debug)]
pub struct PageToken {
    /// The token, for the field `csrf_token` or the header `X-CSRF-Token`.
    pub token: String,
    /// The cookie to set with the page, if the visitor is not signed in. It binds the token to the
    /// browser.
    pub cookie: Option<Cookie<'static>>,
}

impl Csrf {
    /// Creates the middleware's state. `bounds` limit the bodies of forms, which are read to find
    /// the token. Tokens of another epoch are refused.
    pub fn new(keys: &SecretKeys, epoch: &Epoch, site: &Site, bounds: &Limits) -> Self {
        Self {
            key: keys.csrf(epoch),
            epoch: epoch.clone(),
            site: site.clone(),
            max_form_bytes: bounds.max_form_bytes,
            body_timeout: bounds.body_timeout.0,
        }
    }

    /// Returns the epoch of the database, to which all tokens are bound.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Returns a new token for a page that answers `request`.
    pub fn token_for(&self, request: &HttpRequest) -> PageToken {
        if let Some(owner) = self.owners_of(request).next() {
            return PageToken {
                token: token::make(&self.key, &owner),
                cookie: None,
            };
        }
        let nonce = token::new_nonce();
        let cookie = Cookie::build(self.site.cookie_name(COOKIE), nonce.clone())
            .path("/")
            .secure(self.site.secure_cookies())
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish();
        PageToken {
            token: token::make(&self.key, &Owner::Visitor(nonce)),
            cookie: Some(cookie),
        }
    }

    /// Returns whether the request has a cookie of ours that a token can be bound to.
    pub fn knows(&self, request: &HttpRequest) -> bool {
        self.owners_of(request).next().is_some()
    }

    /// Returns the session, or else the visitor of each cookie with the right name: another program
    /// on the host may have set one, too.
    fn owners_of(&self, request: &HttpRequest) -> impl Iterator<Item = Owner> {
        let session = request.extensions().get().map(|SessionId(id)| id.clone());
        let is_visitor = session.is_none();
        let name = self.site.cookie_name(COOKIE);
        let nonces: Vec<String> = cookies::values(request.headers(), &name)
            .filter(|nonce| is_visitor && token::is_nonce(nonce))
            .collect();
        let visitors = nonces.into_iter().map(Owner::Visitor);
        session.map(Owner::Session).into_iter().chain(visitors)
    }

    /// Returns an error unless the request may pass. Restores a form's body for the view.
    async fn accept(&self, request: &mut ServiceRequest) -> actix_web::Result<()> {
        if !source::is_ours(&self.site, request.headers()) {
            return Err(Error::Forbidden.into());
        }
        let in_header = header_token(request.headers());
        let is_in_field = in_header.is_none();
        let token = match in_header {
            Some(token) => token,
            None if is_form(request.headers()) => {
                if declared_len(request.headers()) > self.max_form_bytes as u64 {
                    return Err(Error::TooLarge.into());
                }
                let body = self.read_form(request.take_payload()).await?;
                if let Some(submitted) = request.extensions().get::<SubmittedForm>() {
                    submitted.0.replace(Some(body.clone()));
                }
                let token = field_token(&body);
                request.set_payload(body.into());
                token.ok_or(Error::Forbidden)?
            }
            None => return Err(Error::Forbidden.into()),
        };
        let mut owners = self.owners_of(request.request());
        if owners.any(|owner| token::verify(&self.key, &owner, &token)) {
            return Ok(());
        }
        if is_in_field
            && token::is_of_site(&self.key, &token)
            && source::says_ours(request.headers())
        {
            request.extensions_mut().insert(StaleToken);
        }
        Err(Error::Forbidden.into())
    }

    async fn read_form(&self, mut payload: Payload) -> actix_web::Result<Bytes> {
        let read = async {
            let mut body = BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk?;
                if body.len() + chunk.len() > self.max_form_bytes {
                    return Err(Error::TooLarge.into());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(body.freeze())
        };
        match rt::time::timeout(self.body_timeout, read).await {
            Ok(body) => body,
            Err(elapsed) => Err(ErrorRequestTimeout(elapsed)),
        }
    }
}

/// `App::wrap(from_fn(csrf::guard))`, inside the sessions. Needs `web::Data<Csrf>`.
///
/// Answers 403 for a missing or wrong origin or token, 413 for a form that is too long, and 408 for
/// one that is too slow.
pub async fn guard<B: MessageBody + 'static>(
    csrf: web::Data<Csrf>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    if request.method().is_safe() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    match csrf.accept(&mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refusal) => {
            let is_stale = request.extensions().get::<StaleToken>().is_some();
            if !is_stale && matches!(refusal.as_error(), Some(Error::Forbidden)) {
                SecurityEvent::RequestForged.record(None, client_addr(request.request()));
            }
            Ok(request.error_response(refusal).map_into_right_body())
        }
    }
}

/// Returns the declared length of the body, in bytes, or 0 for a chunked one.
fn declared_len(headers: &HeaderMap) -> u64 {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(0)
}

fn header_token(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(HEADER)?.to_str().ok()?.to_owned())
}

fn field_token(body: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(body)
        .find(|(name, _)| name == FIELD)
        .map(|(_, token)| token.into_owned())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use actix_web::http::StatusCode;
    use futures_util::stream;

    use super::*;
    use crate::config::{Period, Settings};

    #[test]
    fn a_token_of_another_history_of_the_database_is_refused() {
        let settings = Settings::for_data("unused");
        let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
        let keys = SecretKeys::ephemeral().unwrap();
        let of = |epoch| Csrf::new(&keys, &epoch, &site, &settings.limits);
        let (before, after) = (of(Epoch::random()), of(Epoch::random()));
        let owner = Owner::Session("ab12".to_owned());

        let token = token::make(&before.key, &owner);

        assert!(token::verify(&before.key, &owner, &token));
        assert!(!token::verify(&after.key, &owner, &token));
    }

    #[actix_web::test]
    async fn a_form_that_never_ends_is_given_up() {
        let mut settings = Settings::for_data("unused");
        settings.limits.body_timeout = Period(Duration::from_millis(1));
        let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
        let keys = SecretKeys::ephemeral().unwrap();
        let csrf = Csrf::new(&keys, &Epoch::random(), &site, &settings.limits);
        let silent = stream::pending::<Result<Bytes, PayloadError>>();

        let refused = csrf
            .read_form(Payload::Stream {
                payload: Box::pin(silent),
            })
            .await;

        let status = refused.unwrap_err().as_response_error().status_code();
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    }
}
