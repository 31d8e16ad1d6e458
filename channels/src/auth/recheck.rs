//! Checks at intervals whether a socket's user is still signed in.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use tokio::time::sleep;

use super::{Auth, AuthError, SessionUser};
use crate::error::{BoxError, WithSources};
use crate::scope::Scope;
use crate::sessions::Session;

/// Checks at intervals whether a user is still signed in. Returns when they are not.
///
/// A failed check is logged and repeated after the next pause, so a database outage signs nobody
/// out. [`Context::notify_when`](crate::Context::notify_when) runs it beside a consumer.
pub async fn recheck<E: Into<BoxError>>(
    every: Duration,
    mut is_valid: impl AsyncFnMut() -> Result<bool, E>,
) {
    loop {
        sleep(every).await;
        // Boxed, so that a waiting task does not reserve memory for a query.
        match Box::pin(is_valid()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(failure) => {
                let failure: BoxError = failure.into();
                let failure = WithSources(&*failure);
                log::warn!(target: "channels::auth", "a user could not be checked: {failure}");
            }
        }
    }
}

/// The task beside one connection, which ends with this value. One for each type of user, since a
/// scope holds one value of a type.
pub(super) struct Recheck<U> {
    task: JoinHandle<()>,
    user: PhantomData<fn() -> U>,
}

impl<U: SessionUser> Recheck<U> {
    /// Starts the checks, if they are enabled.
    pub(super) fn start(scope: &Scope) -> Option<Self> {
        let session = scope.get::<Session>()?.clone();
        let auth = scope.get::<Auth<U>>()?.clone();
        let watch = auth.watch()?.clone();
        let every = watch.revocations().recheck_after()?;
        let mut scope = scope.clone();
        scope.drop_headers();
        let task = actix_web::rt::spawn(async move {
            recheck(every, async || is_valid(&scope, &session, &auth).await).await;
            if let Err(failure) = watch.revoke().await {
                log::error!(target: "channels::auth", "a socket could not be signed out: {failure}");
            }
        });
        Some(Self {
            task,
            user: PhantomData,
        })
    }
}

/// Reads session and user again. Anonymous connections are not checked.
async fn is_valid<U: SessionUser>(
    scope: &Scope,
    session: &Session,
    auth: &Auth<U>,
) -> Result<bool, AuthError> {
    if auth.user().is_none() {
        return Ok(true);
    }
    auth.refresh(scope, session).await?;
    Ok(auth.user().is_some())
}

impl<U> Drop for Recheck<U> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
