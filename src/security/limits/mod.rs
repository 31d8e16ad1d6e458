//! Rate limiting with token buckets in memory: by account, by typed name, and by address.
//!
//! Views and sockets call [`RateLimiter::check`] before they do any work. Log-in uses
//! [`RateLimiter::start_login`], which counts only failures. [`guard`] runs before every page and form.
//! A restart resets all buckets.
//!
//! The limiter's own memory is bounded:
//! - A refused try adds no bucket. The address is checked first, so an address over its limit
//!   cannot add buckets for names.
//! - Keys are 64-bit `SipHash` values with a random key (a keyed hash). They contain no names, and
//!   nobody can compute a collision. Among 150,000 buckets, an accidental collision has a
//!   probability below 1 in 10^9, and would only make two keys share a bucket.
//! - Each kind of key has room for `limiter_buckets` keys, at about 110 bytes each (see
//!   `table.rs`).

mod action;
mod bucket;
pub mod guard;
mod login;
mod slots;
mod table;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::security_log::SecurityEvent;
use crate::config::{Rate, RateLimits};
use crate::error::{Error, Result};
pub use action::Action;
use bucket::TokenBucket;
pub use login::LoginAttempt;
pub use slots::Account;
pub(super) use slots::network;
use slots::{Keys, Slot, Tables};

type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The rate limiter of the whole server. Cheap to clone.
#[derive(Clone)]
pub struct RateLimiter {
    keys: Arc<Keys>,
    tables: Arc<Mutex<Tables>>,
    clock: Clock,
}

impl RateLimiter {
    /// Returns an empty limiter with the rates of the settings.
    pub fn new(rates: &RateLimits) -> Self {
        Self::with_clock(rates, Instant::now)
    }

    /// Like [`RateLimiter::new`], with another clock, which must be monotonic.
    pub fn with_clock(
        rates: &RateLimits,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self {
        Self {
            keys: Arc::new(Keys::new(rates)),
            tables: Arc::new(Mutex::new(Tables::new(rates.limiter_buckets))),
            clock: Arc::new(clock),
        }
    }

    /// Takes one token of `action` from the address and from the account, or from neither.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the wait of the address, or else of the account.
    pub fn check(
        &self,
        action: Action,
        account: Option<Account<'_>>,
        address: IpAddr,
    ) -> Result<()> {
        self.counted(action, account, Some(address), address)
    }

    /// Takes one token of `action` from the address alone, for requests before the session is
    /// known.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub fn check_address(&self, action: Action, address: IpAddr) -> Result<()> {
        self.counted(action, None, Some(address), address)
    }

    /// Takes one token of `action` from the account alone, after [`RateLimiter::check_address`].
    /// `address` is for the log.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub fn check_account(
        &self,
        action: Action,
        account: Account<'_>,
        address: IpAddr,
    ) -> Result<()> {
        self.counted(action, Some(account), None, address)
    }

    fn counted(
        &self,
        action: Action,
        account: Option<Account<'_>>,
        network: Option<IpAddr>,
        address: IpAddr,
    ) -> Result<()> {
        let taken = self.take(action, account, network, TokenBucket::take);
        if let Err(Error::TooMany { .. }) = &taken {
            let user = match account {
                Some(Account::Id(id)) => Some(id),
                Some(Account::Name(_)) | None => None,
            };
            SecurityEvent::LimitHit.record_of(action.name(), user, address);
        }
        taken.map(drop)
    }

    /// Takes a token from every bucket of the try, or changes nothing.
    fn take(
        &self,
        action: Action,
        account: Option<Account<'_>>,
        address: Option<IpAddr>,
        mut take: impl FnMut(&mut TokenBucket, Rate, Instant),
    ) -> Result<Vec<Slot>> {
        let mut tables = self.lock();
        // Read the clock under the lock. Otherwise the time could be earlier than that of the
        // previous try (a race).
        let now = (self.clock)();
        tables.drop_full(now);
        let mut slots = self.keys.of_network(&tables, action, address);
        tables.require(&slots, now)?;
        let of_account = self.keys.of_account(&tables, action, account);
        tables.require(&of_account, now)?;
        slots.extend(of_account);
        for slot in &slots {
            let take = |bucket: &mut TokenBucket| take(bucket, slot.rate, now);
            let table = tables.of(slot.kind);
            table.change((slot.key, slot.rate, slot.is_shared), now, take);
        }
        Ok(slots)
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RateLimiter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
