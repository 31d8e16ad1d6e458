//! Who is signed in: from the cookie to [`SignedIn`], for pages and for sockets alike.
//!
//! [`Sessions`] gives the App its session middleware and opens the same cookie for a socket;
//! [`recognise()`] then tells views, guards and the log who asks. Signing in and out are here too.

mod ended;
mod recognise;
mod socket;
mod store;

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::{HttpRequest, http::header};
use serde::{Deserialize, Serialize};

use super::models::{User, UserId};
use crate::config::Limits;
use crate::db::Database;
use crate::error::{Error, Result};
use crate::security::{SecretKeys, Site, client_addr};

pub(super) use ended::announce;
pub use ended::{EndReason, SessionEvent, user_group};
pub use recognise::{recognise, report_storage};
pub use socket::{SocketSession, still_valid};
pub use store::Store;

const COOKIE: &str = "parlour_session";
/// Where [`Store`] leaves who is signed in, in the state that it hands to the middleware.
const SIGNED_IN: &str = "signed_in";
/// Where [`sign_in`] leaves what [`Store`] needs to open a session.
const OPENING: &str = "opening";
const MAX_USER_AGENT_CHARS: usize = 256;

/// The person behind a request or a socket, and the session that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The session.
    pub session: SessionRef,
}

/// Which session it is, without the key that would open it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRef {
    /// SHA-256 of the key, in hexadecimal.
    pub id_hash: String,
    /// Whose.
    pub user_id: UserId,
    /// The person's epoch that it holds in.
    pub epoch: i64,
}

/// A session that a response is about to open.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Opening {
    user_id: UserId,
    epoch: i64,
    user_agent: String,
    ip: String,
}

/// How sessions of this site are kept; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    key: Key,
    cookie_name: String,
    secure: bool,
    max_age: CookieDuration,
}

impl Sessions {
    /// One for the whole server; every App factory and the socket stack get a clone.
    pub fn new(database: Database, keys: &SecretKeys, site: &Site, limits: &Limits) -> Self {
        let longest = i64::try_from(limits.session_max.0.as_secs()).unwrap_or(i64::MAX);
        Self {
            store: Store::new(database, limits),
            key: keys.session_cookie(),
            cookie_name: site.cookie_name(COOKIE),
            secure: site.secure_cookies(),
            max_age: CookieDuration::seconds(longest),
        }
    }

    /// The middleware of actix-session, set up for this site.
    ///
    /// The cookie lives as long as a session ever can; when a session ends is for the store to say.
    pub fn middleware(&self) -> SessionMiddleware<Store> {
        SessionMiddleware::builder(self.store.clone(), self.key.clone())
            .cookie_name(self.cookie_name.clone())
            .cookie_secure(self.secure)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Private)
            .session_lifecycle(PersistentSession::default().session_ttl(self.max_age))
            .build()
    }

    /// Who is signed in by the cookie in the `Cookie` header `cookies`.
    ///
    /// The same jar, key and store as in [`Sessions::middleware`], for whoever stands outside it.
    ///
    /// # Errors
    /// Whatever the database answers; that is neither yes nor no.
    pub async fn open(&self, cookies: &str) -> Result<Option<SignedIn>> {
        match self.session_key(cookies) {
            Some(key) => self.store.find(&store::hash(&key)).await,
            None => Ok(None),
        }
    }

    /// As actix reads cookies: what cannot be read is left out, and the first of a name counts.
    fn session_key(&self, cookies: &str) -> Option<String> {
        let cookie = cookies
            .split(';')
            .filter_map(|cookie| Cookie::parse_encoded(cookie.trim()).ok())
            .find(|cookie| cookie.name() == self.cookie_name)?;
        let mut jar = CookieJar::new();
        jar.add_original(cookie.into_owned());
        let opened = jar.private(&self.key).get(&self.cookie_name)?;
        Some(opened.value().to_owned())
    }
}

/// Signs `user` in with the response to `request`, under a new key.
///
/// `epoch` is the one that was read together with the password: if it has passed by the time that
/// the session is stored, the session is born dead.
pub(super) fn sign_in(
    session: &Session,
    request: &HttpRequest,
    user: UserId,
    epoch: i64,
) -> Result<()> {
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    let opening = Opening {
        user_id: user,
        epoch,
        user_agent: user_agent
            .unwrap_or_default()
            .chars()
            .take(MAX_USER_AGENT_CHARS)
            .collect(),
        ip: client_addr(request).to_string(),
    };
    session.clear();
    session.insert(OPENING, opening).map_err(Error::internal)?;
    session.renew();
    Ok(())
}

#[cfg(test)]
mod tests;
