//! The traits that an application implements: its users, their backend, and an observer of logins.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::error::BoxError;
use crate::layers::LayerError;
use crate::scope::Scope;
use crate::sessions::SessionError;

/// A user that can be signed in.
pub trait SessionUser: Send + Sync + 'static {
    /// The primary key as text, as in `_auth_user_id`.
    fn id(&self) -> String;

    /// A value whose change ends all sessions of the user, for example a keyed hash of the stored
    /// password: Django's `get_session_auth_hash`. `None`, the default, checks nothing.
    fn session_auth_hash(&self) -> Option<String> {
        None
    }

    /// The same hash under earlier keys that are still accepted (key rotation).
    fn session_auth_fallback_hashes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Finds users by the id in a session.
///
/// ```
/// use channels::BoxError;
/// use channels::auth::{SessionUser, UserBackend};
/// use futures_util::future::BoxFuture;
///
/// struct User(u64);
///
/// impl SessionUser for User {
///     fn id(&self) -> String {
///         self.0.to_string()
///     }
/// }
///
/// struct Users;
///
/// impl UserBackend for Users {
///     type User = User;
///     fn path(&self) -> &str {
///         "django.contrib.auth.backends.ModelBackend"
///     }
///     fn get_user<'a>(
///         &'a self,
///         id: &'a str,
///     ) -> BoxFuture<'a, Result<Option<User>, BoxError>> {
///         Box::pin(async move { Ok(id.parse().ok().map(User)) })
///     }
/// }
/// ```
pub trait UserBackend: Send + Sync + 'static {
    /// The application's user.
    type User: SessionUser;

    /// The name of the backend that sessions store: Django's `_auth_user_backend`. A session with
    /// an unknown name has no user.
    fn path(&self) -> &str;

    /// The user with this id, or `None` if there is none, or if they may no longer sign in.
    fn get_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Self::User>, BoxError>>;
}

/// Observes logins and logouts: Django's signals.
pub trait AuthEvents<U>: Send + Sync + 'static {
    /// `user_logged_in`.
    fn logged_in(&self, scope: &Scope, user: &Arc<U>) {
        let _ = (scope, user);
    }

    /// `user_logged_out`.
    fn logged_out(&self, scope: &Scope, user: &Arc<U>) {
        let _ = (scope, user);
    }

    /// A session was flushed because its hash was not the user's: the password was changed.
    fn session_rejected(&self, scope: &Scope, user: &Arc<U>) {
        let _ = (scope, user);
    }
}

/// A failure of signing in or out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The scope has no session.
    #[error("there is no session; wrap the application in a SessionMiddleware")]
    NoSession,
    /// The scope has no [`Auth`](super::Auth) of that user type.
    #[error("there is no {0} in the scope; wrap the application in an AuthMiddleware of it")]
    NoAuth(&'static str),
    /// `login` got no user, and the connection has none.
    #[error("there is no user to sign in; pass one to `login`")]
    NoUser,
    /// There are several backends, and `login` got no name of one, or an unknown name.
    #[error("`login` needs the path of one of these backends: {0:?}")]
    Backend(Vec<String>),
    /// The session failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A backend failed. This signs nobody in or out.
    #[error("a user backend failed")]
    Users(#[source] BoxError),
    /// The channel layer, which carries revocations, failed.
    #[error(transparent)]
    Layer(#[from] LayerError),
}
