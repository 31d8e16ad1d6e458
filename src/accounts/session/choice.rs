//! Presents one session cookie to the middleware of actix-session, which reads only the first cookie
//! of its name, and none if any other cookie is not UTF-8.

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use super::{Sessions, store};
use crate::error::{Error, Result};
use crate::security::cookies;

/// `App::wrap(from_fn(choose_session))`, directly outside the session middleware. Needs
/// `web::Data<Sessions>`. Tries every session cookie, and passes the one on that signs somebody in.
///
/// Answers 503 if the database cannot tell.
pub async fn choose_session<B: MessageBody + 'static>(
    sessions: web::Data<Sessions>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    if !sessions.is_plain(&request) {
        let chosen = sessions.choose(&request).await.map_err(|error| {
            log::warn!(
                target: "parlour::accounts",
                "503: the session of the request was not read: {error}"
            );
            Error::Busy("sessions")
        })?;
        let is_session = |name: &str| sessions.is_session(name);
        cookies::replace(request.headers_mut(), is_session, chosen);
    }
    next.call(request).await
}

impl Sessions {
    /// Returns whether the session middleware reads the cookies as [`Sessions::open`] does.
    fn is_plain(&self, request: &ServiceRequest) -> bool {
        let mut ours =
            cookies::all(request.headers()).filter(|cookie| self.is_session(cookie.name()));
        let is_new = ours
            .next()
            .is_none_or(|cookie| cookie.name() == self.cookie_name);
        cookies::are_text(request.headers()) && is_new && ours.next().is_none()
    }

    /// Returns the cookie of the first session that is open, or else the first that this server
    /// has made.
    async fn choose(&self, request: &ServiceRequest) -> Result<Option<Cookie<'static>>> {
        let mut keys = self.keys(cookies::all(request.headers()));
        if keys.len() > 1 {
            for at in 0..keys.len() {
                if self.store.find(&store::hash(&keys[at])).await?.is_some() {
                    keys.swap(0, at);
                    break;
                }
            }
        }
        Ok(keys.into_iter().next().and_then(|key| self.seal(key)))
    }

    /// Returns the cookie that holds `key`.
    fn seal(&self, key: String) -> Option<Cookie<'static>> {
        let mut jar = CookieJar::new();
        let cookie = Cookie::new(self.cookie_name.clone(), key);
        jar.private_mut(&self.key).add(cookie);
        jar.get(&self.cookie_name).cloned()
    }
}
