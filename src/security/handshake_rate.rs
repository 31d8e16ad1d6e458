//! Rate limits of opening sockets and streams. Middleware of the socket stack, on both sides of the
//! session. The outer one limits the address, so that a flood of handshakes causes no database
//! queries. The inner one limits the account.

use channels::{Connecting, Deny, Middleware, Next, Scope};
use futures_util::future::LocalBoxFuture;

use super::client_addr::client_of_scope;
use super::request_log::ActingUser;
use super::{Account, Action, RateLimiter};
use crate::error::Error;

/// Refuses with 429 and `Retry-After`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HandshakeRate {
    limits: RateLimiter,
}

impl HandshakeRate {
    /// Uses the token buckets of `limits`.
    pub fn new(limits: RateLimiter) -> Self {
        Self { limits }
    }

    fn admit(&self, scope: &Scope) -> Result<(), Deny> {
        let address = client_of_scope(scope);
        let taken = match scope.get::<ActingUser>() {
            Some(ActingUser(user)) => {
                let account = Account::Id(*user);
                self.limits
                    .check_account(Action::Handshake, account, address)
            }
            None => self.limits.check_address(Action::Handshake, address),
        };
        match taken {
            Ok(()) => Ok(()),
            Err(Error::TooMany { retry_after }) => {
                let seconds = Error::retry_after_seconds(retry_after).to_string();
                let deny = Deny::status(429).header("retry-after", seconds);
                Err(deny.text("Too many connections"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Middleware for HandshakeRate {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            self.admit(&scope)?;
            next.run(scope).await
        })
    }
}
