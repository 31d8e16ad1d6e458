//! The client address of a request: the peer's address, unless the peer is a trusted proxy.
//!
//! Rate limits, the session list and the access log use it. actix's `realip_remote_addr` must not
//! be used, because it believes a header from anybody (spoofing).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::{HttpRequest, web};
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The networks of trusted proxies, whose `X-Forwarded-For` is believed. Registered as `web::Data`.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Without networks, the peer is always the client.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Returns the right-most address of the chain that is not a trusted proxy. `forwarded` are the
    /// values of the `X-Forwarded-For` lines in their order.
    ///
    /// An unreadable entry ends the search. Then the result is the last proxy that was readable.
    pub fn client<'a>(
        &self,
        peer: Option<SocketAddr>,
        forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    ) -> IpAddr {
        let mut client = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        client = client.to_canonical();
        let hops = forwarded
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        for hop in hops {
            if !self.trusts(client) {
                break;
            }
            match parse(hop) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }

    /// Returns whether `address` belongs to a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Returns the client of an HTTP request, with the [`TrustedProxies`] of the app.
pub fn client_addr(request: &HttpRequest) -> IpAddr {
    let none = TrustedProxies::default();
    let proxies = request.app_data::<web::Data<TrustedProxies>>();
    let proxies = proxies.map_or(&none, |proxies| proxies.as_ref());
    let lines: Vec<&[u8]> = request
        .headers()
        .get_all(FORWARDED_FOR)
        .map(|line| line.as_bytes())
        .collect();
    proxies.client(request.peer_addr(), lines.into_iter())
}

/// Returns the client of a socket, with the same rule.
pub fn client_of_scope(proxies: &TrustedProxies, scope: &channels::Scope) -> IpAddr {
    let lines: Vec<&[u8]> = scope
        .headers()
        .filter(|(name, _)| *name == FORWARDED_FOR)
        .map(|(_, line)| line)
        .collect();
    proxies.client(scope.client(), lines.into_iter())
}

/// Parses an entry of the chain. Some proxies append the port to the address.
fn parse(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim();
    let address = hop
        .parse()
        .or_else(|_no_plain_address| hop.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let networks = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"];
        let networks = networks.iter().map(|network| network.parse().unwrap());
        let peer = peer.parse().unwrap();
        TrustedProxies::new(networks.collect())
            .client(Some(peer), forwarded.iter().map(|line| line.as_bytes()))
            .to_string()
    }

    #[test]
    fn a_stranger_s_header_is_not_believed() {
        assert_eq!(client("192.0.2.1:99", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn behind_a_trusted_proxy_the_right_most_stranger_counts() {
        assert_eq!(client("127.0.0.1:99", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("127.0.0.1:99", &["1.1.1.1, 198.51.100.7, 10.0.0.9"]),
            "198.51.100.7"
        );
        assert_eq!(
            client("127.0.0.1:99", &["1.1.1.1", "198.51.100.7", "10.0.0.9"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn ports_mapped_addresses_and_ipv6_are_read() {
        assert_eq!(
            client("127.0.0.1:99", &["198.51.100.7:4711"]),
            "198.51.100.7"
        );
        assert_eq!(client("127.0.0.1:99", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(
            client("[::ffff:127.0.0.1]:99", &["2001:db8::1"]),
            "2001:db8::1"
        );
        assert_eq!(
            client("[fd00::1]:99", &["::ffff:198.51.100.7"]),
            "198.51.100.7"
        );
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        assert_eq!(client("127.0.0.1:99", &[]), "127.0.0.1");
        assert_eq!(client("127.0.0.1:99", &[""]), "127.0.0.1");
        assert_eq!(
            client("127.0.0.1:99", &["198.51.100.7, unknown, 10.0.0.9"]),
            "10.0.0.9"
        );
    }
}
