//! Authenticates clients that send a token at the handshake: [`BearerMiddleware`].
//!
//! Programs send `Authorization: Bearer <token>` (RFC 6750). Scripts in browsers cannot set
//! headers, but can offer subprotocols: `new WebSocket(url, ["bearer", token])`.

use std::fmt;
use std::sync::Arc;

use futures_util::future::{BoxFuture, LocalBoxFuture};

use super::{Auth, AuthError, Revocations, SessionUser};
use crate::answer::Deny;
use crate::error::BoxError;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// The subprotocol that announces that the next one is a token.
const SUBPROTOCOL: &str = "bearer";

/// The maximum length of a token, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;

/// The id of a user.
type IdOf<U> = fn(&U) -> String;

/// Finds the user of a token.
///
/// Compare secrets in constant time, or look up a hash of the token.
pub trait TokenBackend: Send + Sync + 'static {
    /// The application's user, to whom a token belongs.
    type User: Send + Sync + 'static;

    /// The user, or `None` if the token is not valid (any more).
    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        scope: &'a Scope,
    ) -> BoxFuture<'a, Result<Option<Self::User>, BoxError>>;
}

/// Accepts clients that send a token, and puts its user into the scope; denies all others with 401.
///
/// ```
/// use channels::auth::{BearerMiddleware, TokenBackend};
/// use channels::{BoxError, Scope};
/// use futures_util::future::BoxFuture;
///
/// struct Robot(u64);
/// struct Tokens;
///
/// impl TokenBackend for Tokens {
///     type User = Robot;
///     fn authenticate<'a>(
///         &'a self,
///         token: &'a str,
///         _: &'a Scope,
///     ) -> BoxFuture<'a, Result<Option<Robot>, BoxError>> {
///         Box::pin(async move { Ok(token.strip_prefix("robot-").and_then(|id| id.parse().ok()).map(Robot)) })
///     }
/// }
///
/// let bearer = BearerMiddleware::new(Tokens).subprotocol(true);
/// # let _ = bearer;
/// ```
pub struct BearerMiddleware<B: TokenBackend> {
    backend: B,
    subprotocol: bool,
    optional: bool,
    revocations: Option<(Revocations, IdOf<B::User>)>,
}

impl<B: TokenBackend> BearerMiddleware<B> {
    /// Accepts tokens of this backend in the `Authorization` header.
    pub fn new(backend: B) -> Self {
        Self {
            backend,
            subprotocol: false,
            optional: false,
            revocations: None,
        }
    }

    /// Also accepts a token as the subprotocol that follows `bearer`. Off by default. The token is
    /// removed from the subprotocols that the consumer sees, so that it is never sent back. If the
    /// consumer selects none, the server selects `bearer`.
    pub fn subprotocol(mut self, take: bool) -> Self {
        self.subprotocol = take;
        self
    }

    /// Also accepts clients without a token, as anonymous; an invalid token is still refused.
    pub fn optional(mut self, optional: bool) -> Self {
        self.optional = optional;
        self
    }

    /// Closes sockets on [`Revocations::user`]. Costs each socket a channel, and checks its token
    /// once more.
    pub fn revocations(mut self, revocations: &Revocations) -> Self
    where
        B::User: SessionUser,
    {
        self.revocations = Some((revocations.clone(), B::User::id));
        self
    }

    /// The token, and whether it was among the subprotocols.
    fn token(&self, scope: &mut Scope) -> Option<(String, bool)> {
        let offered = self.subprotocol.then(|| take_offered(scope)).flatten();
        let in_header = scope.header("authorization").and_then(bearer);
        match (in_header, offered) {
            (Some(token), offered) => Some((token.to_owned(), offered.is_some())),
            (None, offered) => Some((offered?, true)),
        }
    }

    async fn user(&self, token: &str, scope: &Scope) -> Result<B::User, Deny> {
        if token.len() <= MAX_TOKEN_BYTES {
            let found = self.backend.authenticate(token, scope).await;
            if let Some(user) = found.map_err(AuthError::Users)? {
                return Ok(user);
            }
        }
        log::info!(target: "channels::auth", "a handshake was refused: the token is not good");
        Err(Deny::status(401).header("www-authenticate", r#"Bearer error="invalid_token""#))
    }

    async fn admit(
        &self,
        token: &str,
        mut scope: Scope,
        next: Next<'_>,
    ) -> Result<Connecting, Deny> {
        let user = self.user(token, &scope).await?;
        let Some((revocations, id_of)) = &self.revocations else {
            sign_in(&mut scope, user);
            return next.run(scope).await;
        };
        let (watch, channel) = revocations.watch().await?;
        watch.follow(Some((id_of(&user), None))).await?;
        // The token may have been revoked before the socket was subscribed.
        let user = self.user(token, &scope).await?;
        sign_in(&mut scope, user);
        let (code, reason) = revocations.close();
        Ok(next.run(scope).await?.close_on(channel, code, reason))
    }
}

/// Removes the token from the subprotocols, so that no inner code can echo it.
fn take_offered(scope: &mut Scope) -> Option<String> {
    let mut offered = scope.subprotocols().to_vec();
    let at = offered.iter().position(|name| name == SUBPROTOCOL)? + 1;
    let token = (at < offered.len()).then(|| offered.remove(at))?;
    scope.set_subprotocols(offered);
    Some(token)
}

/// The token of an `Authorization` header of that kind.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Sets the user of a connection, also for outer middleware that reads it.
pub(super) fn sign_in<U: Send + Sync + 'static>(scope: &mut Scope, user: U) {
    match scope.get::<Auth<U>>() {
        Some(auth) => auth.set(Some(Arc::new(user))),
        None => scope.insert(user),
    }
}

impl<B: TokenBackend> Middleware for BearerMiddleware<B> {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            match self.token(&mut scope) {
                Some((token, is_offered)) => {
                    let connecting = self.admit(&token, scope, next).await?;
                    Ok(match is_offered {
                        true => connecting.or_subprotocol(SUBPROTOCOL),
                        false => connecting,
                    })
                }
                None if self.optional => next.run(scope).await,
                None => Err(Deny::status(401).header("www-authenticate", "Bearer")),
            }
        })
    }
}

impl<B: TokenBackend> fmt::Debug for BearerMiddleware<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerMiddleware")
            .field("subprotocol", &self.subprotocol)
            .field("optional", &self.optional)
            .field("revocations", &self.revocations.is_some())
            .finish_non_exhaustive()
    }
}
