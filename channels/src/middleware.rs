//! Middleware: what happens to a connection between its handshake and its consumer.
//!
//! Source: channels/middleware.py and channels/sessions.py, `CookieMiddleware`.

use std::fmt;

use futures_util::future::LocalBoxFuture;

use crate::answer::Deny;
use crate::routing::{Connecting, Endpoint};
use crate::scope::{Cookies, Scope};

/// One layer around an application: may change the scope, refuse, or add headers to the answer.
///
/// One value serves all connections of all threads, so what belongs to one connection goes into
/// its scope; what was inserted there lives as long as the connection.
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
    /// Handles one handshake; calls `next.run(scope)` to go further in.
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

/// The rest of the stack, further in.
pub struct Next<'a>(&'a Endpoint);

impl<'a> Next<'a> {
    pub(crate) fn new(inner: &'a Endpoint) -> Self {
        Self(inner)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        self.0.clone()
    }

    /// Goes on to the next middleware, or the router.
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

/// Reads the `Cookie` header into [`Scope::cookies`].
#[derive(Clone, Copy, Debug, Default)]
pub struct CookieMiddleware;

impl Middleware for CookieMiddleware {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Self::read(&mut scope);
        Box::pin(next.run(scope))
    }
}

impl CookieMiddleware {
    fn read(scope: &mut Scope) {
        let header = Self::header(scope);
        scope.set_cookies(Cookies::parse(&header));
    }

    /// The `Cookie` header as text; empty without one.
    pub(crate) fn header(scope: &Scope) -> String {
        let header = scope.headers().find(|(name, _)| *name == "cookie");
        // Header bytes are Latin-1: each byte is the character of that number.
        let text = header.map(|(_, value)| value.iter().copied().map(char::from).collect());
        text.unwrap_or_default()
    }

    /// Reads the cookies unless that was done further out.
    pub(crate) fn read_once(scope: &mut Scope) {
        if scope.cookies().is_empty() {
            Self::read(scope);
        }
    }
}
