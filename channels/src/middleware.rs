//! Middleware, between the handshake of a connection and its consumer.
//!
//! Source: channels/middleware.py.

use std::fmt;

use futures_util::future::LocalBoxFuture;

use crate::answer::Deny;
use crate::routing::{Connecting, Endpoint};
use crate::scope::Scope;

/// One layer around an application: may change the scope, refuse the connection, or add headers to
/// the answer.
///
/// One value serves all connections of all threads, so data of one connection belongs into its
/// scope, which lives as long as the connection.
///
/// ```
/// use channels::{Connecting, Deny, Middleware, Next, Scope};
/// use futures_util::future::LocalBoxFuture;
///
/// struct Tenant(String);
/// struct TenantMiddleware;
///
/// impl Middleware for TenantMiddleware {
///     fn call<'a>(
///         &'a self,
///         mut scope: Scope,
///         next: Next<'a>,
///     ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
///         Box::pin(async move {
///             let Some(host) = scope.header("host") else {
///                 return Err(Deny::status(400));
///             };
///             let tenant = Tenant(host.to_owned());
///             scope.insert(tenant);
///             next.run(scope).await
///         })
///     }
/// }
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Handles one handshake; calls `next.run(scope)` to continue.
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>>;
}

impl<M: Middleware + ?Sized> Middleware for std::sync::Arc<M> {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        (**self).call(scope, next)
    }
}

/// The inner rest of the stack.
pub struct Next<'a>(&'a Endpoint);

impl<'a> Next<'a> {
    pub(crate) fn new(inner: &'a Endpoint) -> Self {
        Self(inner)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        self.0.clone()
    }

    /// Calls the next middleware, or the router.
    ///
    /// # Errors
    /// Whatever refuses the connection further in.
    pub async fn run(self, scope: Scope) -> Result<Connecting, Deny> {
        self.0.call(scope).await
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}
