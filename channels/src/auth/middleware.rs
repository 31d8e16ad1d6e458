//! Finds the user of each connection: [`AuthMiddleware`].
//!
//! Source: channels/auth.py, `AuthMiddleware` and `AuthMiddlewareStack`.

use std::fmt;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;

use super::current::Backends;
use super::recheck::Recheck;
use super::{Auth, AuthError, AuthEvents, Revocations, SessionUser, UserBackend};
use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;
use crate::sessions::{Session, SessionMiddleware, SessionStore};

/// Puts [`Auth`] into the scope, with the user of the session or nobody.
///
/// Must be inside a [`SessionMiddleware`]; [`AuthStack`] is both. If an outer middleware has
/// already put a user of that type into the scope, that user stays, and the session is not read.
pub struct AuthMiddleware<U> {
    backends: Backends<U>,
    events: Option<Arc<dyn AuthEvents<U>>>,
    revocations: Option<Revocations>,
}

impl<U: SessionUser> AuthMiddleware<U> {
    /// Uses this backend for users.
    pub fn new(backend: impl UserBackend<User = U>) -> Self {
        Self {
            backends: Arc::new([Arc::new(backend) as Arc<dyn UserBackend<User = U>>]),
            events: None,
            revocations: None,
        }
    }

    /// Adds a backend. A session's user comes from the backend with which it was signed in.
    pub fn backend(mut self, backend: impl UserBackend<User = U>) -> Self {
        let more = Arc::new(backend) as Arc<dyn UserBackend<User = U>>;
        self.backends = self.backends.iter().cloned().chain([more]).collect();
        self
    }

    /// Sets an observer of logins and logouts.
    pub fn events(mut self, events: impl AuthEvents<U>) -> Self {
        self.events = Some(Arc::new(events));
        self
    }

    /// Closes sockets when their user is signed out elsewhere. Costs each signed-in socket a
    /// channel, and reads session and user once more at its handshake.
    pub fn revocations(mut self, revocations: &Revocations) -> Self {
        self.revocations = Some(revocations.clone());
        self
    }

    async fn find(&self, scope: &mut Scope) -> Result<Option<Watched>, AuthError> {
        let session = scope
            .get::<Session>()
            .cloned()
            .ok_or(AuthError::NoSession)?;
        let (watch, watched) = match &self.revocations {
            None => (None, None),
            Some(revocations) => {
                let (watch, channel) = revocations.watch().await?;
                (Some(watch), Some((channel, revocations.close())))
            }
        };
        let auth = Auth::new(Arc::clone(&self.backends), self.events.clone(), watch);
        match scope.get_shared::<U>() {
            Some(outer) => {
                auth.set(Some(outer));
                auth.follow(&session).await?;
            }
            None => {
                let user = auth.resolve(scope, &session).await?;
                auth.set(user);
                auth.follow_and_look_again(scope, &session).await?;
            }
        }
        scope.insert(auth);
        Ok(watched)
    }
}

type Watched = (crate::layers::ChannelReceiver, (crate::CloseCode, String));

impl<U: SessionUser> Middleware for AuthMiddleware<U> {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            if scope.get::<Auth<U>>().is_some() {
                return next.run(scope).await;
            }
            let Some((channel, (code, reason))) = self.find(&mut scope).await? else {
                return next.run(scope).await;
            };
            let outer = scope.get_shared::<U>().is_some();
            let recheck = (!outer).then(|| Recheck::<U>::start(&scope)).flatten();
            let mut connecting = next.run(scope).await?;
            connecting.hold(recheck);
            Ok(connecting.close_on(channel, code, reason))
        })
    }
}

/// Cookies, session and user: upstream's `AuthMiddlewareStack`.
///
/// ```
/// # use channels::BoxError;
/// # use channels::auth::{SessionUser, UserBackend};
/// # use futures_util::future::BoxFuture;
/// # struct User(u64);
/// # impl SessionUser for User {
/// #     fn id(&self) -> String { self.0.to_string() }
/// # }
/// # struct Users;
/// # impl UserBackend for Users {
/// #     type User = User;
/// #     fn path(&self) -> &str { "users" }
/// #     fn get_user<'a>(
/// #         &'a self,
/// #         id: &'a str,
/// #     ) -> BoxFuture<'a, Result<Option<User>, BoxError>> {
/// #         Box::pin(async move { Ok(id.parse().ok().map(User)) })
/// #     }
/// # }
/// use channels::auth::AuthStack;
/// use channels::sessions::InMemorySessionStore;
/// use channels::{Context, Frame, HandlerResult, IntoEndpoint as _, Scope, WebsocketConsumer};
///
/// struct Greets;
///
/// impl WebsocketConsumer for Greets {
///     type Event = ();
///     async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         let name = ctx.user::<User>().map_or("stranger".to_owned(), |user| user.id());
///         Ok(ctx.send(format!("hello {name}"))?)
///     }
/// }
///
/// let app = (|_: &Scope| Greets).wrap(AuthStack::new(InMemorySessionStore::new(), Users));
/// # let _ = app;
/// ```
pub struct AuthStack<U> {
    sessions: SessionMiddleware,
    users: Arc<AuthMiddleware<U>>,
}

impl<U: SessionUser> AuthStack<U> {
    /// Uses this session store and this user backend.
    pub fn new(store: impl SessionStore, backend: impl UserBackend<User = U>) -> Self {
        Self::of(SessionMiddleware::new(store), AuthMiddleware::new(backend))
    }

    /// Combines the two, each with its own settings.
    pub fn of(sessions: SessionMiddleware, users: AuthMiddleware<U>) -> Self {
        Self {
            sessions,
            users: Arc::new(users),
        }
    }
}

impl<U: SessionUser> Middleware for AuthStack<U> {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let inner = next.endpoint().wrap(Arc::clone(&self.users));
            self.sessions.call(scope, Next::new(&inner)).await
        })
    }
}

impl<U> fmt::Debug for AuthMiddleware<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthMiddleware")
            .field("backends", &self.backends.len())
            .field("revocations", &self.revocations)
            .finish_non_exhaustive()
    }
}

impl<U> fmt::Debug for AuthStack<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthStack")
            .field("sessions", &self.sessions)
            .field("users", &self.users)
            .finish()
    }
}
