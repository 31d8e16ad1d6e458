//! Sessions: from the cookie to [`SignedIn`], for pages and sockets.
//!
//! [`Sessions`] provides the session middleware of the App, and opens the same cookie for sockets.
//! [`recognise()`] passes the signed-in person to views, other middleware and the log. Signing in
//! and out is here, too.

mod choice;
mod ended;
mod recognise;
mod socket;
mod store;

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::{HttpRequest, http::header};
use diesel::QueryResult;
use serde::{Deserialize, Serialize};

use super::models::{StoredSession, User, UserId};
use crate::config::Limits;
use crate::db::{Connection, Database, Timestamp};
use crate::error::{Error, Result};
use crate::security::{SecretKeys, Site, client_addr, cookies};

pub use choice::choose_session;
pub(super) use ended::announce;
pub use ended::{EndReason, SessionEvent, user_group};
pub use recognise::{recognise, report_storage};
pub use socket::{SocketSession, still_valid};
pub use store::Store;

const COOKIE: &str = "parlour_session";
/// The key of the signed-in person in the state that [`Store`] returns to the middleware.
const SIGNED_IN: &str = "signed_in";
/// The key under which [`sign_in`] stores what [`Store`] needs to open a session.
const OPENING: &str = "opening";
/// The key under which [`note_log_in`] asks [`Store`] to log the log-in.
const LOG_IN: &str = "log_in";
const MAX_USER_AGENT_CHARS: usize = 256;
/// How many keys of one request are looked up, so that a head full of cookies costs few queries.
const MAX_KEYS: usize = 8;

/// The signed-in person of a request or a socket, with the session that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The session.
    pub session: SessionRef,
}

impl SignedIn {
    /// Returns when the person last used any of their sessions, before this request.
    pub fn last_here(&self, conn: &mut Connection) -> QueryResult<Timestamp> {
        let other = StoredSession::other_use(conn, self.user.id, &self.session.id_hash)?;
        Ok(other.map_or(self.session.used_at, |other| {
            other.max(self.session.used_at)
        }))
    }
}

/// A reference to a session, without its secret key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRef {
    /// SHA-256 of the key, in hexadecimal.
    pub id_hash: String,
    /// The person.
    pub user_id: UserId,
    /// The session epoch of the person in which the session is valid.
    pub epoch: i64,
    /// When the session was used before this request, with a precision of 5 minutes.
    pub used_at: Timestamp,
}

/// A session that a response is about to open.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Opening {
    user_id: UserId,
    epoch: i64,
    user_agent: String,
    ip: String,
}

/// The session settings of this site. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    key: Key,
    cookie_name: String,
    /// The name without the port, which sessions of earlier versions have.
    old_cookie_name: String,
    secure: bool,
    max_age: CookieDuration,
}

impl Sessions {
    /// Creates one for the whole server. Every App factory and the socket stack get a clone.
    pub fn new(database: Database, keys: &SecretKeys, site: &Site, limits: &Limits) -> Self {
        let longest = i64::try_from(limits.session_max.0.as_secs()).unwrap_or(i64::MAX);
        Self {
            store: Store::new(database, limits),
            key: keys.session_cookie(),
            cookie_name: site.cookie_name(COOKIE),
            old_cookie_name: site.old_cookie_name(COOKIE),
            secure: site.secure_cookies(),
            max_age: CookieDuration::seconds(longest),
        }
    }

    /// Returns the middleware of actix-session with the settings of this site.
    ///
    /// The cookie has the maximum lifetime of a session. The store decides when a session ends.
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

    /// Returns the person who is signed in by one of `cookies`, the value of a `Cookie` header.
    ///
    /// Uses the same cookie jar, key and store as [`Sessions::middleware`], for code outside of it.
    ///
    /// # Errors
    /// Any error of the database. It means neither signed in nor signed out.
    pub async fn open(&self, cookies: impl AsRef<[u8]>) -> Result<Option<SignedIn>> {
        for key in self.keys(cookies::read(cookies.as_ref())) {
            if let Some(signed_in) = self.store.find(&store::hash(&key)).await? {
                return Ok(Some(signed_in));
            }
        }
        Ok(None)
    }

    /// Returns the keys in the session cookies that this server has made, in their order, those with
    /// the old name last. There is one, unless another program on the host sets a cookie of the same
    /// name for another path.
    ///
    /// The old name weakens nothing: only a cookie that this server has encrypted for it opens.
    fn keys<'a>(&self, cookies: impl Iterator<Item = Cookie<'a>>) -> Vec<String> {
        let ours = cookies.filter(|cookie| self.is_session(cookie.name()));
        let mut ours: Vec<_> = ours.collect();
        ours.sort_by_key(|cookie| cookie.name() != self.cookie_name);
        let mut keys = Vec::new();
        for cookie in ours {
            let mut jar = CookieJar::new();
            let name = cookie.name().to_owned();
            jar.add_original(cookie.into_owned());
            let opened = jar.private(&self.key).get(&name);
            let key = opened.map(|opened| opened.value().to_owned());
            keys.extend(key.filter(|key| !keys.contains(key)));
        }
        keys.truncate(MAX_KEYS);
        keys
    }

    fn is_session(&self, name: &str) -> bool {
        name == self.cookie_name || name == self.old_cookie_name
    }
}

/// Signs `user` in with the response to `request`, under a new key (against session fixation).
///
/// `epoch` is the session epoch that was read together with the password. If it has changed before
/// the session is stored (a race), the new session is invalid.
pub(super) fn sign_in(
    session: &Session,
    request: &HttpRequest,
    user: UserId,
    epoch: i64,
) -> Result<()> {
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
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

/// Has the log-in of [`sign_in`] logged as a security event, once the session is stored. Before, it
/// may still fail.
pub(super) fn note_log_in(session: &Session) -> Result<()> {
    session.insert(LOG_IN, true).map_err(Error::internal)
}

#[cfg(test)]
mod tests;
