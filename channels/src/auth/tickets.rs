//! Short-lived tickets for one handshake: [`Tickets`].
//!
//! A page that is signed in over HTTP asks for a ticket and opens its socket with it. A ticket that
//! leaks through a log is useless, because it is valid once and only for seconds.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::LocalBoxFuture;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::token::sign_in;
use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// The default lifetime of a ticket: a page uses it at once.
const DEFAULT_TTL: Duration = Duration::from_secs(30);

/// The default maximum of unused tickets.
const DEFAULT_CAPACITY: usize = 10_000;

/// Random bytes of a ticket.
const TICKET_BYTES: usize = 32;

/// The maximum number of unused tickets is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} tickets are out; wait until some are used or too old")]
pub struct TicketError(pub usize);

/// Issues tickets and accepts each of them once. `T` is the holder of a ticket: the user, perhaps
/// together with an expiry or with rights of the ticket. Clones share the tickets, on any thread of
/// this process.
///
/// ```
/// use channels::auth::Tickets;
/// let tickets = Tickets::new();
/// let ticket = tickets.issue("alice")?;
/// assert_eq!(tickets.redeem(&ticket), Some("alice"));
/// assert_eq!(tickets.redeem(&ticket), None);
/// # Ok::<(), channels::auth::TicketError>(())
/// ```
pub struct Tickets<T> {
    out: Arc<Mutex<HashMap<Digest, Issued<T>>>>,
    ttl: Duration,
    capacity: usize,
}

/// Tickets are stored and looked up by their hash, so that the time of a look-up reveals nothing
/// about a guess, and memory contains no tickets.
type Digest = [u8; 32];

struct Issued<T> {
    holder: T,
    until: Instant,
}

impl<T> Tickets<T> {
    /// Tickets that are valid for 30 seconds, at most 10 000 at once.
    pub fn new() -> Self {
        Self {
            out: Arc::default(),
            ttl: DEFAULT_TTL,
            capacity: DEFAULT_CAPACITY,
        }
    }

    /// Sets how long a ticket is valid.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets the maximum number of unused tickets.
    pub fn capacity(mut self, tickets: usize) -> Self {
        self.capacity = tickets;
        self
    }

    /// Issues a ticket: 43 letters, digits, `-` and `_`, valid in a URL and in a subprotocol.
    ///
    /// # Errors
    /// [`TicketError`] while as many are out as may be.
    pub fn issue(&self, holder: T) -> Result<String, TicketError> {
        let ticket = URL_SAFE_NO_PAD.encode(rand::random::<[u8; TICKET_BYTES]>());
        let now = Instant::now();
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.len() >= self.capacity {
            out.retain(|_, issued| now < issued.until);
        }
        if out.len() >= self.capacity {
            return Err(TicketError(self.capacity));
        }
        let until = now + self.ttl;
        out.insert(digest(&ticket), Issued { holder, until });
        Ok(ticket)
    }

    /// Redeems a ticket: returns its holder the first time, unless it has expired.
    pub fn redeem(&self, ticket: &str) -> Option<T> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let issued = out.remove(&digest(ticket))?;
        (Instant::now() < issued.until).then_some(issued.holder)
    }
}

fn digest(ticket: &str) -> Digest {
    Sha256::digest(ticket.as_bytes()).into()
}

/// Accepts clients that send a ticket in the query (`?ticket=..`), with its holder as the user;
/// denies all others with 401.
pub struct TicketMiddleware<T> {
    tickets: Tickets<T>,
    parameter: String,
    optional: bool,
}

impl<T> TicketMiddleware<T> {
    /// Takes these tickets.
    pub fn new(tickets: &Tickets<T>) -> Self {
        Self {
            tickets: tickets.clone(),
            parameter: "ticket".to_owned(),
            optional: false,
        }
    }

    /// Names the parameter of the query; `ticket` unless set.
    pub fn parameter(mut self, name: &str) -> Self {
        self.parameter = name.to_owned();
        self
    }

    /// Also accepts clients without a ticket, as anonymous; an invalid ticket is still refused.
    pub fn optional(mut self, optional: bool) -> Self {
        self.optional = optional;
        self
    }

    fn shown(&self, scope: &Scope) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(scope.query_string().as_bytes());
        let (_, ticket) = pairs.find(|(name, _)| *name == self.parameter)?;
        Some(ticket.into_owned())
    }
}

impl<T: Send + Sync + 'static> Middleware for TicketMiddleware<T> {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let shown = self.shown(&scope);
            match shown.as_deref().map(|ticket| self.tickets.redeem(ticket)) {
                Some(Some(holder)) => sign_in(&mut scope, holder),
                None if self.optional => {}
                _ => {
                    log::info!(target: "channels::auth", "a handshake was refused: no good ticket");
                    return Err(Deny::status(401).text("The ticket is not good (any more)"));
                }
            }
            next.run(scope).await
        })
    }
}

impl<T> Clone for Tickets<T> {
    fn clone(&self) -> Self {
        Self {
            out: Arc::clone(&self.out),
            ..*self
        }
    }
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Tickets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets")
            .field("ttl", &self.ttl)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for TicketMiddleware<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketMiddleware")
            .field("tickets", &self.tickets)
            .field("parameter", &self.parameter)
            .finish_non_exhaustive()
    }
}
