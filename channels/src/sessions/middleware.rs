//! Loads the session of each connection: [`SessionMiddleware`].
//!
//! Source: channels/sessions.py, `SessionMiddleware` and `SessionMiddlewareStack`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::{
    CookieMiddleware, SameSite, Session, SessionError, SessionKey, SessionStore, Settings,
};
use crate::answer::Deny;
use crate::error::WithSources;
use crate::middleware::{Middleware, Next};
use crate::routing::{AnswerHeaders, Connecting};
use crate::scope::{Cookies, Scope};

/// The maximum number of keys of one request that are looked up in the store, so that a head full
/// of cookies costs few queries. A browser sends one for each path and domain that has the cookie.
const MAX_KEYS: usize = 8;

/// Puts a [`Session`] into the scope, and sets its cookie in the answer if it was changed.
///
/// Reads the cookies itself if no [`CookieMiddleware`] has. Inside another one it does nothing: the
/// outer session is used. Of several cookies of the name, the last one with a session is used. If
/// the session cannot be saved with the answer, the handshake is denied, with 400 if it was deleted
/// meanwhile and with 500 if the store failed.
///
/// ```
/// use channels::sessions::{InMemorySessionStore, SessionMiddleware};
/// let sessions = SessionMiddleware::new(InMemorySessionStore::new())
///     .cookie_name("__Host-chat")
///     .secure(true);
/// # let _ = sessions;
/// ```
#[derive(Clone)]
pub struct SessionMiddleware {
    store: Arc<dyn SessionStore>,
    settings: Settings,
}

/// Cookies and session: upstream's `SessionMiddlewareStack`. The middleware reads the cookies
/// itself, so it is the whole stack.
pub type SessionStack = SessionMiddleware;

impl SessionMiddleware {
    /// Uses the sessions of this store. Their cookie is `sessionid`, for two weeks, hidden from
    /// scripts.
    pub fn new(store: impl SessionStore) -> Self {
        Self {
            store: Arc::new(store),
            settings: Settings::default(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Names the cookie; `sessionid` unless set.
    pub fn cookie_name(self, name: &str) -> Self {
        self.with(|settings| settings.name = name.to_owned())
    }

    /// Sets the cookie's domain; only this host by default.
    pub fn domain(self, domain: &str) -> Self {
        self.with(|settings| settings.domain = Some(domain.to_owned()))
    }

    /// Sets the cookie's path; `/` unless set.
    pub fn path(self, path: &str) -> Self {
        self.with(|settings| settings.path = path.to_owned())
    }

    /// Sends the cookie only over TLS; off by default. Sites with TLS should set it.
    pub fn secure(self, secure: bool) -> Self {
        self.with(|settings| settings.secure = secure)
    }

    /// Hides the cookie from scripts; on by default.
    pub fn http_only(self, http_only: bool) -> Self {
        self.with(|settings| settings.http_only = http_only)
    }

    /// Sets the cookie's `SameSite`; lax unless set.
    pub fn same_site(self, same_site: Option<SameSite>) -> Self {
        self.with(|settings| settings.same_site = same_site)
    }

    /// Sets how long a session lasts after it was saved; two weeks by default.
    pub fn max_age(self, age: Duration) -> Self {
        self.with(|settings| settings.age = age)
    }

    /// Ends the cookie with the browser instead; off by default.
    pub fn expire_at_browser_close(self, ends: bool) -> Self {
        self.with(|settings| settings.ends_with_browser = ends)
    }

    /// Saves with every answer, changed or not, so that a session in use does not expire; off by
    /// default.
    pub fn save_every_request(self, save: bool) -> Self {
        self.with(|settings| settings.save_every_request = save)
    }

    /// Saves unsaved changes of a consumer after its `disconnect`; off by default.
    pub fn autosave(self, autosave: bool) -> Self {
        self.with(|settings| settings.autosave = autosave)
    }

    /// The keys that the client sent, that of the last cookie first, as in Django.
    fn keys(&self, scope: &Scope) -> Vec<SessionKey> {
        let header = CookieMiddleware::header(scope);
        let values = Cookies::values(&header, &self.settings.name);
        let mut keys: Vec<_> = values
            .filter_map(|value| SessionKey::parse(&value))
            .collect();
        keys.reverse();
        keys.truncate(MAX_KEYS);
        keys
    }

    /// The first key with a session or, if there is none, the first key. Another program on the
    /// host, or another path, may have set a cookie of the same name.
    async fn choose(&self, keys: Vec<SessionKey>) -> Option<SessionKey> {
        if keys.len() > 1 {
            for key in &keys {
                // If the store fails, reading the session will report it.
                if !matches!(self.store.exists(key).await, Ok(false)) {
                    return Some(key.clone());
                }
            }
        }
        keys.into_iter().next()
    }
}

impl Middleware for SessionMiddleware {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            if scope.get::<Session>().is_some() {
                return next.run(scope).await;
            }
            CookieMiddleware::read_once(&mut scope);
            let has_cookie = scope.cookies().get(&self.settings.name).is_some();
            let key = self.choose(self.keys(&scope)).await;
            let session = Session::new(Arc::clone(&self.store), self.settings.clone(), key);
            scope.insert(session.clone());
            match next.run(scope).await {
                Ok(connecting) => Ok(connecting.on_answer(move |status| {
                    Box::pin(async move { cookie_for(&session, status, has_cookie).await })
                })),
                Err(deny) => {
                    let headers = cookie_for(&session, deny.status_code(), has_cookie).await?;
                    let add = |deny: Deny, (name, value)| deny.header(name, value);
                    Ok::<_, Deny>(headers.into_iter().fold(deny, add)).and_then(Err)
                }
            }
        })
    }
}

async fn cookie_for(session: &Session, status: u16, has_cookie: bool) -> AnswerHeaders {
    match session.finish(status, has_cookie).await {
        Ok(cookie) => {
            let header = |cookie| ("set-cookie".to_owned(), cookie);
            Ok(cookie.map(header).into_iter().collect())
        }
        Err(SessionError::Deleted) => {
            log::info!(target: "channels::sessions", "a session was deleted during its handshake");
            Err(Deny::status(400).text("The session has ended"))
        }
        Err(failure) => {
            let cause = WithSources(&failure);
            log::error!(target: "channels::sessions", "a session was not saved: {cause}");
            Err(failure.into())
        }
    }
}

impl fmt::Debug for SessionMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionMiddleware")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
