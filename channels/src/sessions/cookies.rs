//! [`CookieMiddleware`], for applications that read cookies and have no sessions.
//!
//! Source: channels/sessions.py, `CookieMiddleware`.

use futures_util::future::LocalBoxFuture;

use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::{Cookies, Scope};

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

    /// Reads the cookies, unless an outer middleware has.
    pub(crate) fn read_once(scope: &mut Scope) {
        if scope.cookies().is_empty() {
            Self::read(scope);
        }
    }
}
