//! Looks again and again whether a socket's user is still good.

use std::fmt;
use std::marker::PhantomData;

use actix_web::rt::task::JoinHandle;
use tokio::time::sleep;

use super::{Auth, SessionUser};
use crate::error::WithSources;
use crate::scope::Scope;
use crate::sessions::Session;

/// The task beside one connection, which ends with this value. One for each type of user, since a
/// scope holds one value of a type.
pub(super) struct Recheck<U> {
    task: JoinHandle<()>,
    user: PhantomData<fn() -> U>,
}

impl<U: SessionUser> Recheck<U> {
    /// Begins, if that is wanted.
    pub(super) fn start(scope: &Scope) -> Option<Self> {
        let session = scope.get::<Session>()?.clone();
        let auth = scope.get::<Auth<U>>()?.clone();
        auth.watch()?.revocations().recheck_after()?;
        let scope = scope.clone();
        let task =
            actix_web::rt::spawn(async move { while look_later(&scope, &session, &auth).await {} });
        Some(Self {
            task,
            user: PhantomData,
        })
    }
}

/// Whether to go on.
async fn look_later<U: SessionUser>(scope: &Scope, session: &Session, auth: &Auth<U>) -> bool {
    let Some(watch) = auth.watch() else {
        return false;
    };
    let Some(pause) = watch.revocations().recheck_after() else {
        return false;
    };
    sleep(pause).await;
    if auth.user().is_none() {
        return true;
    }
    if let Err(failure) = auth.refresh(scope, session).await {
        // A database that is down for a while signs nobody out.
        let failure = WithSources(&failure);
        log::warn!(target: "channels::auth", "a user could not be looked at again: {failure}");
        return true;
    }
    if auth.user().is_some() {
        return true;
    }
    if let Err(failure) = watch.revoke().await {
        log::error!(target: "channels::auth", "a socket could not be signed out: {failure}");
    }
    false
}

impl<U> Drop for Recheck<U> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<U> fmt::Debug for Recheck<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recheck").finish_non_exhaustive()
    }
}
