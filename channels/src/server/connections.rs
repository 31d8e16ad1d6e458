//! Limits how many connections one address has at the same time.
//!
//! `service.rs` takes a place for each accepted connection before it reads a byte. The place is
//! free again when the future of the connection ends: after its last response, or when a WebSocket
//! is passed to its consumer, which has limits of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::network;
use crate::observe;
use crate::occasional::Occasional;

/// The connections of a whole server, by address.
pub(super) struct Connections {
    most: usize,
    exempt: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    open: Mutex<HashMap<IpAddr, usize>>,
    refused: Occasional,
}

/// An accepted connection; counted until it is dropped.
pub(super) struct Place(Option<(Arc<Connections>, IpAddr)>);

/// The address is at its limit of connections.
#[derive(Debug)]
pub(super) struct TooMany;

impl Connections {
    pub(super) fn new(
        most: usize,
        exempt: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            most,
            exempt: Box::new(exempt),
            open: Mutex::default(),
            refused: Occasional::new(),
        })
    }

    /// Counts one more connection of `peer`. A peer without an address is a local process, and not
    /// counted.
    pub(super) fn enter(
        limit: Option<&Arc<Self>>,
        peer: Option<SocketAddr>,
    ) -> Result<Place, TooMany> {
        let (Some(connections), Some(peer)) = (limit, peer) else {
            return Ok(Place(None));
        };
        let address = peer.ip().to_canonical();
        if (connections.exempt)(address) {
            return Ok(Place(None));
        }
        let key = network(address);
        let mut open = connections.lock();
        let count = open.get(&key).copied().unwrap_or(0);
        if count >= connections.most {
            drop(open);
            connections.tell(key);
            return Err(TooMany);
        }
        open.insert(key, count + 1);
        drop(open);
        Ok(Place(Some((Arc::clone(connections), key))))
    }

    fn tell(&self, address: IpAddr) {
        observe::connection_refused();
        if let Some(count) = self.refused.due() {
            log::warn!(
                target: "channels::security",
                "{count} connections were refused because their address already has {}; the last \
                 one was from {address}",
                self.most,
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((connections, address)) = self.0.take() else {
            return;
        };
        // An address without connections is removed, so that the map does not grow.
        if let Entry::Occupied(mut count) = connections.lock().entry(address) {
            if *count.get() > 1 {
                *count.get_mut() -= 1;
            } else {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Option<SocketAddr> {
        Some(SocketAddr::new(address.parse().unwrap(), 4000))
    }

    #[test]
    fn an_address_has_its_number_and_a_closed_connection_makes_room() {
        let connections = Connections::new(2, |_| false);
        let enter = |address| Connections::enter(Some(&connections), peer(address));
        let held = (
            enter("192.0.2.1").unwrap(),
            enter("::ffff:192.0.2.1").unwrap(),
        );
        assert!(enter("192.0.2.1").is_err());
        drop(enter("192.0.2.2").unwrap());
        drop(held);
        drop(enter("192.0.2.1").unwrap());
        assert!(connections.lock().is_empty());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        let connections = Connections::new(1, |_| false);
        let enter = |address| Connections::enter(Some(&connections), peer(address));
        let _held = enter("2001:db8::1").unwrap();
        assert!(enter("2001:db8::2").is_err());
        assert!(enter("2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn a_proxy_and_a_peer_without_an_address_are_not_counted() {
        let proxy: IpAddr = "192.0.2.9".parse().unwrap();
        let connections = Connections::new(1, move |address| address == proxy);
        let enter = |peer| Connections::enter(Some(&connections), peer);
        let _held = [(); 5].map(|()| (enter(peer("192.0.2.9")).unwrap(), enter(None).unwrap()));
        assert!(connections.lock().is_empty());
    }
}
