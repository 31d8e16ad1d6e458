//! Limits of open sockets: per person, per address, and for the whole server.
//!
//! Middleware of the socket stack, inside the session. It takes a permit before it answers the
//! handshake, and stores it in the connection's scope. Dropping the scope returns the permit,
//! however the socket ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use channels::{Connecting, Deny, Middleware, Next, Scope};
use futures_util::future::LocalBoxFuture;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::client_addr::client_of_scope;
use super::limits::network;
use super::request_log::ActingUser;
use super::security_log::SecurityEvent;
use crate::config::Limits;

/// File descriptors that are kept for the database, files, the listener and plain requests.
const RESERVED: u64 = 128;
/// A socket needs a second descriptor, through which a stalled peer is disconnected.
const PER_SOCKET: u64 = 2;
/// The assumed limit if the system has none.
const PLENTY: u64 = 1_048_576;

/// The counters of the whole server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    most: Most,
    open: Arc<Mutex<Open>>,
}

#[derive(Clone, Copy, Debug)]
struct Most {
    per_user: usize,
    per_address: usize,
    in_total: usize,
}

#[derive(Debug, Default)]
struct Open {
    users: HashMap<i64, usize>,
    addresses: HashMap<IpAddr, usize>,
    total: usize,
}

/// Reasons for refusing a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person or the address has too many sockets.
    TooMany,
    /// The server has too many sockets.
    Full,
}

/// The permit of one open socket. Dropping it decreases the counters.
#[derive(Debug)]
pub struct ConnectionPermit {
    user: i64,
    address: IpAddr,
    open: Arc<Mutex<Open>>,
}

impl ConnectionLimits {
    /// `descriptors` is the result of [`raise_descriptor_limit`]. It limits the total unless the
    /// settings do.
    pub fn new(limits: &Limits, descriptors: u64) -> Self {
        let in_total = match limits.max_sockets {
            0 => sockets_for(descriptors),
            most => most,
        };
        let most = Most {
            per_user: limits.sockets_per_user,
            per_address: limits.sockets_per_ip,
            in_total,
        };
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// Takes a permit for a socket of `user` from `address`.
    ///
    /// # Errors
    /// The first limit that is reached. Then no counter changes.
    pub fn take(&self, user: i64, address: IpAddr) -> Result<ConnectionPermit, Refusal> {
        let address = network(address);
        let mut open = lock(&self.open);
        if open.total >= self.most.in_total {
            return Err(Refusal::Full);
        }
        let of_user = open.users.get(&user).copied().unwrap_or(0);
        let of_address = open.addresses.get(&address).copied().unwrap_or(0);
        if of_user >= self.most.per_user || of_address >= self.most.per_address {
            return Err(Refusal::TooMany);
        }
        open.users.insert(user, of_user + 1);
        open.addresses.insert(address, of_address + 1);
        open.total += 1;
        Ok(ConnectionPermit {
            user,
            address,
            open: Arc::clone(&self.open),
        })
    }

    /// Returns the number of open sockets.
    pub fn total(&self) -> usize {
        lock(&self.open).total
    }

    fn admit(&self, scope: &mut Scope) -> Result<(), Deny> {
        let address = client_of_scope(scope);
        let Some(ActingUser(user)) = scope.get::<ActingUser>().copied() else {
            return Err(Deny::forbidden().text("Sign in first"));
        };
        let refusal = match self.take(user, address) {
            Ok(permit) => {
                scope.insert(permit);
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        SecurityEvent::LimitHit.record(Some(user), address);
        let deny = match refusal {
            Refusal::TooMany => Deny::status(429).text("Too many connections"),
            Refusal::Full => Deny::status(503).text("The server is full"),
        };
        Err(deny.header("retry-after", "10"))
    }
}

impl Middleware for ConnectionLimits {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            self.admit(&mut scope)?;
            next.run(scope).await
        })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        release(&mut open.users, self.user);
        release(&mut open.addresses, self.address);
        open.total -= 1;
    }
}

/// Decreases a counter, and removes it at zero, so that the map does not grow without bound.
fn release<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        if *count.get() > 1 {
            *count.get_mut() -= 1;
        } else {
            count.remove();
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Raises the soft limit of file descriptors to the hard limit. Returns the resulting limit.
pub fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let now = match setrlimit(Resource::Nofile, wanted) {
        Ok(()) => limit.maximum,
        Err(error) => {
            log::warn!(target: "parlour::security", "the limit of open files was not raised: \
                {error}");
            limit.current
        }
    };
    now.unwrap_or(PLENTY)
}

fn sockets_for(descriptors: u64) -> usize {
    let usable = (descriptors.min(PLENTY) * 9 / 10).saturating_sub(RESERVED);
    usize::try_from(usable / PER_SOCKET)
        .unwrap_or(usize::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn limits() -> ConnectionLimits {
        let mut limits = Settings::for_data("unused").limits;
        (
            limits.sockets_per_user,
            limits.sockets_per_ip,
            limits.max_sockets,
        ) = (2, 3, 4);
        ConnectionLimits::new(&limits, 1024)
    }

    fn from(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn a_person_an_address_and_the_server_have_each_their_number() {
        let limits = limits();

        let _ana = (
            limits.take(1, from(1)).unwrap(),
            limits.take(1, from(1)).unwrap(),
        );
        assert_eq!(
            limits.take(1, from(2)).unwrap_err(),
            Refusal::TooMany,
            "of one person"
        );
        let _bo = limits.take(2, from(1)).unwrap();
        assert_eq!(
            limits.take(3, from(1)).unwrap_err(),
            Refusal::TooMany,
            "of one address"
        );
        let _cy = limits.take(3, from(2)).unwrap();
        assert_eq!(limits.take(4, from(3)).unwrap_err(), Refusal::Full);
    }

    #[test]
    fn a_closed_socket_makes_room_and_leaves_nothing_behind() {
        let limits = limits();
        for _ in 0..10 {
            let both = (
                limits.take(1, from(1)).unwrap(),
                limits.take(1, from(1)).unwrap(),
            );
            assert!(limits.take(1, from(1)).is_err());
            drop(both);
        }

        let open = limits.open.lock().unwrap();
        assert!(open.users.is_empty() && open.addresses.is_empty() && open.total == 0);
    }

    #[test]
    fn a_socket_takes_two_descriptors_and_some_are_kept() {
        assert_eq!(sockets_for(1024), (921 - 128) / 2);
        assert_eq!(sockets_for(64), 1);
        assert!(raise_descriptor_limit() > 0);
    }
}
