//! Methods of a consumer's context for its session and user.

use std::sync::Arc;

use super::{Auth, AuthError, SessionUser, login, logout, refresh_user};
use crate::connection::Context;
use crate::consumer::Consumer;
use crate::sessions::Session;

impl<C: Consumer> Context<C> {
    /// The session, if there is a [`SessionMiddleware`](crate::sessions::SessionMiddleware).
    pub fn session(&self) -> Option<&Session> {
        self.scope().get()
    }

    /// The user: of [`Auth`], or whom another middleware put into the scope; `None` for someone
    /// anonymous.
    pub fn user<U: Send + Sync + 'static>(&self) -> Option<Arc<U>> {
        self.scope().user()
    }

    /// Signs a user in at this connection and in the session, which is to be saved: [`login`].
    ///
    /// # Errors
    /// As [`login`]; with several backends use that, to say which.
    pub async fn login<U: SessionUser>(&self, user: U) -> Result<(), AuthError> {
        login(self.scope(), Some(Arc::new(user)), None).await
    }

    /// Signs the user out: [`logout`].
    ///
    /// # Errors
    /// As [`logout`].
    pub async fn logout<U: SessionUser>(&self) -> Result<(), AuthError> {
        logout::<U>(self.scope()).await
    }

    /// Asks again who the user is: [`refresh_user`].
    ///
    /// # Errors
    /// As [`refresh_user`].
    pub async fn refresh_user<U: SessionUser>(&self) -> Result<Option<Arc<U>>, AuthError> {
        refresh_user(self.scope()).await
    }
}

impl crate::Scope {
    /// The user: of [`Auth`], or whom another middleware put in with
    /// [`insert`](Self::insert); `None` for someone anonymous.
    pub fn user<U: Send + Sync + 'static>(&self) -> Option<Arc<U>> {
        match self.get::<Auth<U>>() {
            Some(auth) => auth.user(),
            None => self.get_shared(),
        }
    }
}
