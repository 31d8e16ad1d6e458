//! The client address of a request or a socket: for rate limits, the session list and the access log.
//!
//! The server has replaced the peer's address by the one that a trusted proxy told
//! (`channels::server::ProxyHeaders`), and has removed `X-Forwarded-For` from all other peers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;

/// Returns the client of an HTTP request.
pub fn client_addr(request: &HttpRequest) -> IpAddr {
    canonical(request.peer_addr())
}

/// Returns the client of a socket.
pub fn client_of_scope(scope: &channels::Scope) -> IpAddr {
    canonical(scope.client())
}

/// An IPv4 address that arrived as IPv6 counts as the same client. Tests without a server have no
/// address.
fn canonical(client: Option<SocketAddr>) -> IpAddr {
    let address = client.map(|client| client.ip().to_canonical());
    address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_the_same_client_as_the_plain_one() {
        let client = |address: &str| canonical(Some(address.parse().unwrap())).to_string();
        assert_eq!(client("[::ffff:198.51.100.7]:99"), "198.51.100.7");
        assert_eq!(client("198.51.100.7:99"), "198.51.100.7");
        assert_eq!(client("[2001:db8::1]:99"), "2001:db8::1");
    }
}
