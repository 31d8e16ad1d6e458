//! How often a person and an address may do something: token buckets in memory.
//!
//! Views and sockets call [`Limits::check`] before they act; log-in has [`Limits::start_login`],
//! where only failures count. A restart forgets everything, which costs an attacker nothing less.

mod bucket;
mod login;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::config::{Rate, RateLimits};
use crate::error::{Error, Result};
pub use bucket::Allowance;
use bucket::TokenBucket;
pub use login::LoginAttempt;

/// Buckets remembered; the one that was not used for longest goes first. About 15 MB when full.
const MAX_KEYS: usize = 100_000;
/// Longer than any user name; what is typed there is bounded only by the form.
const MAX_NAME_CHARS: usize = 160;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A log-in that failed: [`Limits::start_login`] only.
    LoginFailure,
    /// A new account.
    Registration,
    /// A changed password, also a wrong current one.
    PasswordChange,
    /// A friend request.
    FriendRequest,
    /// A chat message, and its editing or deletion.
    Message,
    /// A reaction to a message.
    Reaction,
    /// A new room.
    RoomCreation,
    /// A link into a room, or people added to one.
    Invitation,
    /// Any other change of a room or of who is in it.
    RoomChange,
}

/// Who is limited besides the address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// A signed-in person's id.
    Id(i64),
    /// A folded user name, which need not exist.
    Name(String),
}

impl Account {
    /// The account that somebody tries to log in to; `username_key` is the folded name.
    pub fn named(username_key: &str) -> Self {
        Self::Name(username_key.chars().take(MAX_NAME_CHARS).collect())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(Account),
    Network(IpAddr),
}

/// One bucket: what, whose, and which of the action's rates.
type Key = (Action, Who, usize);
type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The limiter of the whole server; cheap to clone.
#[derive(Clone)]
pub struct Limits {
    rates: Arc<RateLimits>,
    buckets: Arc<Mutex<LruCache<Key, TokenBucket>>>,
    clock: Clock,
}

impl Limits {
    /// Empty, with the rates of the settings.
    pub fn new(rates: &RateLimits) -> Self {
        Self::with_clock(rates, Instant::now)
    }

    /// As [`Limits::new`], reading `clock` for the time, which must never run backwards.
    pub fn with_clock(
        rates: &RateLimits,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self {
        Self {
            rates: Arc::new(rates.clone()),
            // A bounded one would reserve all its room at once.
            buckets: Arc::new(Mutex::new(LruCache::unbounded())),
            clock: Arc::new(clock),
        }
    }

    /// Takes one try of `action` from the account and from the address, or from neither.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the longest wait of the buckets that are empty.
    pub fn check(&self, action: Action, account: Option<Account>, address: IpAddr) -> Result<()> {
        let keys = self.keys(action, account, address);
        self.take(&keys, |bucket, _now| bucket.take())
    }

    /// Every bucket that a try has to take from, with its rate.
    fn keys(&self, action: Action, account: Option<Account>, address: IpAddr) -> Vec<(Key, Rate)> {
        let (of_account, of_network) = self.rates_of(action);
        let account = account.map(Who::Account);
        let network = Some(Who::Network(network(address)));
        [(account, of_account), (network, of_network)]
            .into_iter()
            .filter_map(|(who, rates)| who.map(|who| (who, rates)))
            .flat_map(|(who, rates)| {
                let numbered = rates.iter().enumerate();
                numbered.map(move |(number, rate)| ((action, who.clone(), number), *rate))
            })
            .collect()
    }

    fn rates_of(&self, action: Action) -> (&[Rate], &[Rate]) {
        let rates = &self.rates;
        match action {
            Action::LoginFailure => (&rates.login_failures.0, &rates.login_failures_ip.0),
            Action::Registration => (&[], &rates.registrations_ip.0),
            Action::PasswordChange => (&rates.password_changes.0, &rates.password_changes_ip.0),
            Action::FriendRequest => (&rates.friend_requests.0, &rates.friend_requests_ip.0),
            Action::Message => (&rates.messages.0, &rates.messages_ip.0),
            Action::Reaction => (&rates.reactions.0, &rates.reactions_ip.0),
            Action::RoomCreation => (&rates.room_creations.0, &rates.room_creations_ip.0),
            Action::Invitation => (&rates.invitations.0, &rates.invitations_ip.0),
            Action::RoomChange => (&rates.room_changes.0, &rates.room_changes_ip.0),
        }
    }

    fn take(
        &self,
        keys: &[(Key, Rate)],
        mut take: impl FnMut(&mut TokenBucket, Instant),
    ) -> Result<()> {
        let now = (self.clock)();
        let mut buckets = self.lock();
        let waits = keys.iter().map(|(key, rate)| {
            let bucket = buckets.get_or_insert_mut(key.clone(), || TokenBucket::full(*rate, now));
            bucket.wait(now)
        });
        let retry_after = waits.max().unwrap_or(Duration::ZERO);
        if !retry_after.is_zero() {
            return Err(Error::TooMany { retry_after });
        }
        for (key, _rate) in keys {
            if let Some(bucket) = buckets.get_mut(key) {
                take(bucket, now);
            }
        }
        while buckets.len() > MAX_KEYS {
            buckets.pop_lru();
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Key, TokenBucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Limits").finish_non_exhaustive()
    }
}

/// One customer has a whole /64, so IPv6 addresses of one network count as one.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let prefix = v6.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests;
