//! Sessions of sockets, whose stack does not run inside the App's middleware.

use channels::{Connecting, Deny, Middleware, Next, Scope};
use futures_util::future::LocalBoxFuture;

use super::store::note_use;
use super::{SessionRef, Sessions, SignedIn};
use crate::accounts::models::StoredSession;
use crate::db::{Database, Timestamp};
use crate::error::Result;
use crate::security::cookies;
use crate::security::request_log::ActingUser;

/// Refuses handshakes without a valid session, and stores [`SignedIn`] in the scope of the others.
pub struct SocketSession {
    sessions: Sessions,
}

impl SocketSession {
    /// Opens the same cookies as the App's middleware.
    pub fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    async fn recognise(&self, scope: &Scope) -> std::result::Result<SignedIn, Deny> {
        match self.sessions.open(cookies::of_scope(scope)).await {
            Ok(Some(signed_in)) => Ok(signed_in),
            Ok(None) => Err(Deny::forbidden().text("Sign in first")),
            Err(error) => {
                log::warn!(target: "parlour::accounts", "the session of a socket was not checked: \
                    {error}");
                Err(Deny::status(503).header("retry-after", "2").text("Busy"))
            }
        }
    }
}

impl Middleware for SocketSession {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, std::result::Result<Connecting, Deny>> {
        Box::pin(async move {
            let signed_in = self.recognise(&scope).await?;
            scope.insert(ActingUser(signed_in.user.id.0));
            scope.insert(signed_in);
            next.run(scope).await
        })
    }
}

/// Returns whether the session is still valid. Each socket asks once a minute. This also extends
/// the idle timeout, like a page view, because an open socket means that the session is in use.
///
/// # Errors
/// Any error of the database. The socket stays open and checks again.
pub async fn still_valid(database: &Database, session: &SessionRef) -> Result<bool> {
    still_valid_at(database, session, Timestamp::now()).await
}

pub(super) async fn still_valid_at(
    database: &Database,
    session: &SessionRef,
    now: Timestamp,
) -> Result<bool> {
    let id = session.id_hash.clone();
    let found = database.read(move |conn| Ok(StoredSession::find(conn, &id)?));
    let Some((row, user)) = found.await? else {
        return Ok(false);
    };
    let is_valid = row.user_id == session.user_id && row.is_live(&user, now);
    if is_valid {
        note_use(database, &row, now).await;
    }
    Ok(is_valid)
}
