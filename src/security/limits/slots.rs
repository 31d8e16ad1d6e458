//! Maps a try to its buckets: from the action and its owner to keys in the three tables.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::action::Action;
use super::table::{Hash, Table};
use crate::config::{Rate, RateLimits};
use crate::error::{Error, Result};

/// The limited account, besides the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account<'a> {
    /// The id of a signed-in person.
    Id(i64),
    /// A folded user name, which need not exist.
    Name(&'a str),
}

/// The table of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Network,
    Account,
    Name,
}

/// The owner of a bucket, which is part of the hashed key.
#[derive(Clone, Copy, Hash)]
enum Owner<'a> {
    Network(IpAddr),
    Account(i64),
    Name(&'a str),
    /// All keys that found no room in their table.
    Shared(Kind),
}

/// A bucket from which a try takes a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) kind: Kind,
    pub(super) key: Hash,
    pub(super) rate: Rate,
    /// Whether this is the shared bucket of keys that found no room, because all others have a
    /// wait.
    pub(super) is_shared: bool,
}

#[derive(Debug)]
pub(super) struct Tables {
    networks: Table,
    accounts: Table,
    names: Table,
}

impl Tables {
    /// Creates the tables, each with `most` buckets.
    pub(super) fn new(most: usize) -> Self {
        Self {
            networks: Table::new(most),
            accounts: Table::new(most),
            names: Table::new(most),
        }
    }

    pub(super) fn of(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Network => &mut self.networks,
            Kind::Account => &mut self.accounts,
            Kind::Name => &mut self.names,
        }
    }

    pub(super) fn peek(&self, kind: Kind) -> &Table {
        match kind {
            Kind::Network => &self.networks,
            Kind::Account => &self.accounts,
            Kind::Name => &self.names,
        }
    }

    pub(super) fn drop_full(&mut self, now: Instant) {
        for kind in [Kind::Network, Kind::Account, Kind::Name] {
            self.of(kind).drop_full(now);
        }
    }

    /// Returns [`Error::TooMany`] with the longest wait among `slots`, if one of them has to wait.
    pub(super) fn require(&self, slots: &[Slot], now: Instant) -> Result<()> {
        let wait = |slot: &Slot| self.peek(slot.kind).wait(slot.key, slot.rate, now);
        match slots.iter().map(wait).max() {
            Some(retry_after) if retry_after > Duration::ZERO => {
                Err(Error::TooMany { retry_after })
            }
            _ => Ok(()),
        }
    }
}

/// Computes keys, and knows the rate of each.
#[derive(Debug)]
pub(super) struct Keys {
    rates: RateLimits,
    hashing: RandomState,
}

impl Keys {
    /// Creates a random key for the hash.
    pub(super) fn new(rates: &RateLimits) -> Self {
        Self {
            rates: rates.clone(),
            hashing: RandomState::new(),
        }
    }

    pub(super) fn of_network(
        &self,
        tables: &Tables,
        action: Action,
        address: Option<IpAddr>,
    ) -> Vec<Slot> {
        let owner = address.map(|address| Owner::Network(network(address)));
        let rates = action.rates(&self.rates).1;
        self.slots(tables, (action, owner, rates), Kind::Network)
    }

    pub(super) fn of_account(
        &self,
        tables: &Tables,
        action: Action,
        account: Option<Account<'_>>,
    ) -> Vec<Slot> {
        let rates = action.rates(&self.rates).0;
        let (owner, kind) = match account {
            Some(Account::Id(id)) => (Some(Owner::Account(id)), Kind::Account),
            Some(Account::Name(name)) => (Some(Owner::Name(name)), Kind::Name),
            None => (None, Kind::Account),
        };
        self.slots(tables, (action, owner, rates), kind)
    }

    fn slots(
        &self,
        tables: &Tables,
        (action, owner, rates): (Action, Option<Owner<'_>>, &[Rate]),
        kind: Kind,
    ) -> Vec<Slot> {
        let slot = |owner: Owner<'_>, (number, rate): (usize, &Rate)| {
            let key = self.hash(action, owner, number);
            let has_room = tables.peek(kind).has_room(key);
            Slot {
                kind,
                key: if has_room {
                    key
                } else {
                    self.hash(action, Owner::Shared(kind), number)
                },
                rate: *rate,
                is_shared: !has_room,
            }
        };
        let numbered = rates.iter().enumerate();
        owner.map_or_else(Vec::new, |owner| {
            numbered.map(|rate| slot(owner, rate)).collect()
        })
    }

    fn hash(&self, action: Action, owner: Owner<'_>, rate: usize) -> Hash {
        self.hashing.hash_one((action, owner, rate))
    }
}

/// Masks IPv6 addresses to their /64 network, because one customer usually has a whole /64.
pub(in crate::security) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let prefix = v6.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn names_are_kept_as_hashes_under_a_key_of_the_process() {
        let rates = Settings::for_data("unused").rates;
        let (one, other) = (Keys::new(&rates), Keys::new(&rates));
        let key = |keys: &Keys, name| keys.hash(Action::LoginFailure, Owner::Name(name), 0);

        assert_eq!(key(&one, "ana"), key(&one, "ana"));
        assert_ne!(key(&one, "ana"), key(&one, "bo"));
        assert_ne!(key(&one, "ana"), key(&other, "ana"));
    }
}
