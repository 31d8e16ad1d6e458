//! The user of one connection, and the functions that change it: [`get_user`], [`login`],
//! [`logout`].
//!
//! Source: channels/auth.py. The keys and the rules are Django's, so that both can share a login.

use std::any::type_name;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use subtle::ConstantTimeEq as _;

use super::revocation::Watch;
use super::{AuthError, AuthEvents, SessionUser, UserBackend};
use crate::observe;
use crate::scope::Scope;
use crate::sessions::{Session, SessionKey};

const ID: &str = "_auth_user_id";
const BACKEND: &str = "_auth_user_backend";
const HASH: &str = "_auth_user_hash";

pub(super) type Backends<U> = Arc<[Arc<dyn UserBackend<User = U>>]>;

/// The user of a connection, in its scope. Clones share one cell, so all code of this connection,
/// and only of this one, sees the user that [`login`] stores.
pub struct Auth<U>(Arc<Shared<U>>);

struct Shared<U> {
    backends: Backends<U>,
    events: Option<Arc<dyn AuthEvents<U>>>,
    watch: Option<Watch>,
    user: Mutex<Option<Arc<U>>>,
}

impl<U> Auth<U> {
    /// The user, or `None` for someone anonymous.
    pub fn user(&self) -> Option<Arc<U>> {
        let user = self.0.user.lock();
        user.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, user: Option<Arc<U>>) {
        *self.0.user.lock().unwrap_or_else(PoisonError::into_inner) = user;
    }
}

impl<U: SessionUser> Auth<U> {
    pub(super) fn new(
        backends: Backends<U>,
        events: Option<Arc<dyn AuthEvents<U>>>,
        watch: Option<Watch>,
    ) -> Self {
        Self(Arc::new(Shared {
            backends,
            events,
            watch,
            user: Mutex::default(),
        }))
    }

    fn backend(&self, path: &str) -> Option<&Arc<dyn UserBackend<User = U>>> {
        self.0
            .backends
            .iter()
            .find(|backend| backend.path() == path)
    }

    /// The user whom the session names, if the session is still valid.
    pub(super) async fn resolve(
        &self,
        scope: &Scope,
        session: &Session,
    ) -> Result<Option<Arc<U>>, AuthError> {
        let (id, path) = (text(session, ID).await?, text(session, BACKEND).await?);
        let (Some(id), Some(backend)) = (id, path.and_then(|path| self.backend(&path))) else {
            return Ok(None);
        };
        let Some(user) = backend.get_user(&id).await.map_err(AuthError::Users)? else {
            return Ok(None);
        };
        let user = Arc::new(user);
        let Some(hash) = user.session_auth_hash() else {
            return Ok(Some(user));
        };
        let stored = text(session, HASH).await?.unwrap_or_default();
        let fallbacks = || user.session_auth_fallback_hashes();
        if same_secret(&stored, &hash) || fallbacks().iter().any(|hash| same_secret(&stored, hash))
        {
            return Ok(Some(user));
        }
        log::info!(target: "channels::auth", "a session was flushed: its hash is not the user's");
        observe::session_rejected();
        session.flush().await?;
        if let Some(events) = &self.0.events {
            events.session_rejected(scope, &user);
        }
        Ok(None)
    }

    pub(super) fn watch(&self) -> Option<&Watch> {
        self.0.watch.as_ref()
    }

    /// Joins the groups through which other connections and processes sign this user or session
    /// out.
    pub(super) async fn follow(&self, session: &Session) -> Result<(), AuthError> {
        if let Some(watch) = &self.0.watch {
            let user = self.user();
            watch
                .follow(user.map(|user| (user.id(), session.session_key())))
                .await?;
        }
        Ok(())
    }

    /// Like [`follow`](Self::follow), but also removes a user who was signed out before the
    /// subscription was complete.
    pub(super) async fn follow_and_look_again(
        &self,
        scope: &Scope,
        session: &Session,
    ) -> Result<(), AuthError> {
        self.follow(session).await?;
        if self.0.watch.is_some() && self.user().is_some() {
            self.refresh(scope, session).await?;
        }
        Ok(())
    }

    pub(super) async fn refresh(&self, scope: &Scope, session: &Session) -> Result<(), AuthError> {
        // A session without a key was never saved, so it cannot have been deleted.
        let is_gone = session.session_key().is_some() && !session.exists().await?;
        if is_gone {
            session.flush().await?;
        }
        let user = self.resolve(scope, session).await?;
        let is_other = user.as_ref().map(|user| user.id()) != self.user().map(|user| user.id());
        self.set(user);
        if is_other {
            self.follow(session).await?;
        }
        Ok(())
    }

    /// Notifies all other sockets of a session that it has ended.
    async fn announce_end(&self, key: Option<SessionKey>) -> Result<(), AuthError> {
        if let (Some(watch), Some(key)) = (&self.0.watch, key) {
            watch.revocations().session(&key).await?;
        }
        Ok(())
    }

    fn path_for(&self, given: Option<&str>) -> Result<String, AuthError> {
        let mut paths = self
            .0
            .backends
            .iter()
            .map(|backend| backend.path().to_owned());
        let path = match given {
            Some(given) => paths.find(|path| path == given),
            None if self.0.backends.len() == 1 => paths.next(),
            None => None,
        };
        path.ok_or_else(|| {
            let known = self
                .0
                .backends
                .iter()
                .map(|backend| backend.path().to_owned());
            AuthError::Backend(known.collect())
        })
    }
}

/// Compares two secrets in constant time: the time depends only on their lengths.
fn same_secret(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

async fn text(session: &Session, name: &str) -> Result<Option<String>, AuthError> {
    let value = session.get::<serde_json::Value>(name).await?;
    Ok(value.and_then(|value| value.as_str().map(str::to_owned)))
}

fn parts<U: SessionUser>(scope: &Scope) -> Result<(&Session, &Auth<U>), AuthError> {
    let session = scope.get::<Session>().ok_or(AuthError::NoSession)?;
    let auth = scope.get::<Auth<U>>();
    Ok((session, auth.ok_or(AuthError::NoAuth(type_name::<U>()))?))
}

/// Reads the user again from session and backend; flushes the session if its hash is not the
/// user's.
///
/// Does not change what [`Auth::user`] returns; [`refresh_user`] changes it.
///
/// # Errors
/// [`AuthError::NoSession`], [`AuthError::NoAuth`], [`AuthError::Session`], [`AuthError::Users`].
pub async fn get_user<U: SessionUser>(scope: &Scope) -> Result<Option<Arc<U>>, AuthError> {
    let (session, auth) = parts::<U>(scope)?;
    auth.resolve(scope, session).await
}

/// Checks whether the connection's user is still signed in: the session must still be in its store,
/// and the backend must still return the user.
///
/// # Errors
/// As [`get_user`].
pub async fn refresh_user<U: SessionUser>(scope: &Scope) -> Result<Option<Arc<U>>, AuthError> {
    let (session, auth) = parts::<U>(scope)?;
    auth.refresh(scope, session).await?;
    Ok(auth.user())
}

/// Signs a user in, for this connection and in the session, which the caller still has to save.
///
/// The session gets its new key at once, so that it can be revoked, but has no user until it is
/// saved. Without a user, the connection's user is signed in. A session of someone else, or with
/// another hash, is flushed; an anonymous one keeps its values under a new key. Before the
/// handshake is answered, the answer saves the session and sends the client its key. Later no
/// response can set a cookie, so clients with cookies should sign in over HTTP.
///
/// # Errors
/// [`AuthError::NoSession`], [`AuthError::NoAuth`], [`AuthError::NoUser`],
/// [`AuthError::Backend`] unless the backend is given or the only one, [`AuthError::Session`].
pub async fn login<U: SessionUser>(
    scope: &Scope,
    user: Option<Arc<U>>,
    backend: Option<&str>,
) -> Result<(), AuthError> {
    let (session, auth) = parts::<U>(scope)?;
    let user = user.or_else(|| auth.user()).ok_or(AuthError::NoUser)?;
    let path = auth.path_for(backend)?;
    let hash = user.session_auth_hash().unwrap_or_default();
    match text(session, ID).await? {
        None => session.cycle_key().await?,
        Some(id) => {
            let stored = text(session, HASH).await?.unwrap_or_default();
            if id != user.id() || (!hash.is_empty() && !same_secret(&stored, &hash)) {
                let key = session.session_key();
                session.flush().await?;
                auth.set(None);
                auth.follow(session).await?;
                auth.announce_end(key).await?;
                session.cycle_key().await?;
            }
        }
    }
    session.insert(ID, &user.id()).await?;
    session.insert(BACKEND, &path).await?;
    session.insert(HASH, &hash).await?;
    auth.set(Some(Arc::clone(&user)));
    auth.follow(session).await?;
    log::info!(target: "channels::auth", "a user logged in");
    observe::logged_in();
    if let Some(events) = &auth.0.events {
        events.logged_in(scope, &user);
    }
    Ok(())
}

/// Signs the user out: flushes the session, makes this connection anonymous, and closes all other
/// sockets of the session if there are [`Revocations`](super::Revocations).
///
/// # Errors
/// [`AuthError::NoSession`], [`AuthError::NoAuth`], [`AuthError::Session`], [`AuthError::Layer`].
pub async fn logout<U: SessionUser>(scope: &Scope) -> Result<(), AuthError> {
    let (session, auth) = parts::<U>(scope)?;
    let (user, key) = (auth.user(), session.session_key());
    session.flush().await?;
    auth.set(None);
    if let Some(user) = user {
        log::info!(target: "channels::auth", "a user logged out");
        observe::logged_out();
        if let Some(events) = &auth.0.events {
            events.logged_out(scope, &user);
        }
    }
    auth.follow(session).await?;
    auth.announce_end(key).await
}

impl<U> Clone for Auth<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U> fmt::Debug for Auth<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.0.user.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Auth")
            .field("is_signed_in", &user.is_some())
            .finish_non_exhaustive()
    }
}
