//! Decides which headers about the origin of a request are trusted: `X-Forwarded-For` and its
//! relatives.
//!
//! Source: daphne/utils.py, `parse_x_forwarded_for`, which trusts every sender.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Other headers that actix-web's `ConnectionInfo` reads, which trusts every sender, too.
const RELATED: [HeaderName; 2] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-host"),
];

/// Reverse proxies whose headers about the client's address and scheme are trusted: Daphne's
/// `--proxy-headers`, with a check of who sends them.
///
/// In requests of other senders these headers are removed, together with `Forwarded`,
/// `X-Forwarded-Host` and `Daphne-Root-Path`, so that neither a consumer nor a page is deceived. A
/// peer on a Unix socket is on this machine and counts as trusted.
///
/// ```
/// use channels::server::ProxyHeaders;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxies = ProxyHeaders::trusting(["10.0.0.0/8".parse()?, "::1/128".parse()?]);
/// # let _ = proxies;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ProxyHeaders {
    trusted: Vec<IpNet>,
    host: HeaderName,
    port: HeaderName,
    proto: HeaderName,
    takes_first: bool,
}

impl ProxyHeaders {
    /// Trusts the proxies in these networks.
    pub fn trusting(trusted: impl IntoIterator<Item = IpNet>) -> Self {
        Self {
            trusted: trusted.into_iter().collect(),
            host: FORWARDED_FOR,
            port: FORWARDED_PORT,
            proto: FORWARDED_PROTO,
            takes_first: false,
        }
    }

    /// Names the header with the client's address: Daphne's `--proxy-headers-host`.
    /// `X-Forwarded-For` unless set.
    ///
    /// # Panics
    /// If it is no name of a header.
    pub fn host_header(mut self, name: &str) -> Self {
        self.host = header_name(name);
        self
    }

    /// Names the header with the client's port, read only beside an address: Daphne's
    /// `--proxy-headers-port`. `X-Forwarded-Port` unless set; without it the port is 0.
    ///
    /// # Panics
    /// If it is no name of a header.
    pub fn port_header(mut self, name: &str) -> Self {
        self.port = header_name(name);
        self
    }

    /// Names the header with the scheme, of which `https` and `wss` mean TLS.
    /// `X-Forwarded-Proto` unless set.
    ///
    /// # Panics
    /// If it is no name of a header.
    pub fn proto_header(mut self, name: &str) -> Self {
        self.proto = header_name(name);
        self
    }

    /// Takes the first of several addresses, as Daphne does. Use this only if the outermost proxy
    /// replaces the header; otherwise the client controls that entry. By default, it is the last
    /// address that is not a trusted proxy.
    pub fn first_entry(mut self) -> Self {
        self.takes_first = true;
        self
    }

    /// Whether an address is that of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        // An IPv4 peer of an IPv6 listener.
        let address = address.to_canonical();
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Every header that is accepted only from a trusted proxy.
    pub(super) fn names(&self) -> Vec<HeaderName> {
        let own = [&self.host, &self.port, &self.proto].map(HeaderName::clone);
        let usual = [FORWARDED_FOR, FORWARDED_PORT, FORWARDED_PROTO];
        own.into_iter().chain(usual).chain(RELATED).collect()
    }

    /// The client's address; `None` if the proxy does not send it.
    pub(super) fn client(&self, headers: &HeaderMap) -> Option<SocketAddr> {
        let values = headers.get_all(&self.host);
        // Split as bytes, because a client could hide its address behind an entry that is not text.
        let lists = values.map(|value| value.as_bytes());
        let entries = lists
            .flat_map(|list| list.split(|byte| *byte == b','))
            .map(|entry| std::str::from_utf8(entry).ok().and_then(address));
        let (ip, own_port) = self.choose(&entries.collect::<Vec<_>>())?;
        let port = headers
            .get(&self.port)
            .and_then(|value| value.to_str().ok());
        let port = port.and_then(|port| port.trim().parse().ok());
        Some(SocketAddr::new(ip, port.or(own_port).unwrap_or(0)))
    }

    fn choose(&self, entries: &[Option<Address>]) -> Option<Address> {
        if self.takes_first {
            return *entries.first()?;
        }
        let mut chosen = None;
        for entry in entries.iter().rev() {
            // Entries to the left of one that cannot be parsed are not trusted.
            let Some((ip, _)) = entry else {
                break;
            };
            chosen = *entry;
            if !self.trusts(*ip) {
                break;
            }
        }
        chosen
    }

    pub(super) fn secure(&self, headers: &HeaderMap) -> Option<bool> {
        let proto = headers.get(&self.proto)?.to_str().ok()?;
        match proto.trim().to_ascii_lowercase().as_str() {
            "https" | "wss" => Some(true),
            "http" | "ws" => Some(false),
            _ => None,
        }
    }
}

/// An address and, if the proxy added it, a port.
type Address = (IpAddr, Option<u16>);

fn address(entry: &str) -> Option<Address> {
    let entry = entry.trim();
    if let Ok(whole) = entry.parse::<SocketAddr>() {
        return Some((whole.ip(), Some(whole.port())));
    }
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    Some((bare.unwrap_or(entry).parse().ok()?, None))
}

fn header_name(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).expect("a legal name of a header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(header_name(name), HeaderValue::from_static(value));
        }
        map
    }

    fn proxies() -> ProxyHeaders {
        ProxyHeaders::trusting(["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
    }

    #[test]
    fn the_address_is_the_last_one_that_is_no_trusted_proxy() {
        let cases = [
            ("10.1.2.3", "10.1.2.3:0"),
            ("192.0.2.7", "192.0.2.7:0"),
            ("6.6.6.6, 192.0.2.7", "192.0.2.7:0"),
            ("6.6.6.6, 192.0.2.7, 10.0.0.9", "192.0.2.7:0"),
            ("192.0.2.7:4711", "192.0.2.7:4711"),
            ("2001:db8::1", "[2001:db8::1]:0"),
            ("[2001:db8::1]:4711", "[2001:db8::1]:4711"),
            ("6.6.6.6, unknown, 10.0.0.9", "10.0.0.9:0"),
        ];
        for (value, expected) in cases {
            let client = proxies().client(&headers(&[("X-Forwarded-For", value)]));
            assert_eq!(client.unwrap().to_string(), expected, "{value}");
        }
        for value in ["", "unknown", "1.2.3", ","] {
            let client = proxies().client(&headers(&[("X-Forwarded-For", value)]));
            assert_eq!(client, None, "{value}");
        }
        assert_eq!(proxies().client(&headers(&[])), None);
    }

    #[test]
    fn a_client_does_not_hide_behind_an_entry_that_is_no_text() {
        for entry in [&b"J\xf6rg"[..], "Jörg".as_bytes(), b"\xff"] {
            let mut told = HeaderMap::new();
            let value = HeaderValue::from_bytes(&[entry, b", 192.0.2.7"].concat()).unwrap();
            told.append(header_name("X-Forwarded-For"), value);
            assert_eq!(
                proxies().client(&told).unwrap().to_string(),
                "192.0.2.7:0",
                "{}",
                entry.escape_ascii()
            );
        }
    }

    #[test]
    fn the_first_entry_is_taken_where_the_site_says_so() {
        let lists = [
            ("X-Forwarded-For", "192.0.2.7, 10.1.2.4"),
            ("X-Forwarded-For", "10.1.2.5"),
        ];
        let client = proxies().first_entry().client(&headers(&lists));
        assert_eq!(client.unwrap().to_string(), "192.0.2.7:0");
    }

    #[test]
    fn the_port_counts_only_beside_an_address_and_only_as_a_number() {
        let address = ("X-Forwarded-For", "192.0.2.7");
        for (port, expected) in [("1234", 1234), ("foo", 0), ("99999", 0), ("", 0)] {
            let told = headers(&[address, ("X-Forwarded-Port", port)]);
            assert_eq!(proxies().client(&told).unwrap().port(), expected, "{port}");
        }
        let alone = headers(&[("X-Forwarded-Port", "1234")]);
        assert_eq!(proxies().client(&alone), None);
    }

    #[test]
    fn the_headers_may_have_other_names() {
        let renamed = proxies()
            .host_header("X-Real-IP")
            .port_header("X-Real-Port");
        let renamed = renamed.proto_header("X-Scheme");
        let told = [
            ("X-Real-IP", "192.0.2.7"),
            ("X-Real-Port", "1"),
            ("X-Scheme", "https"),
        ];
        let told = headers(&told);
        assert_eq!(renamed.client(&told).unwrap().to_string(), "192.0.2.7:1");
        assert_eq!(renamed.secure(&told), Some(true));
        assert_eq!(proxies().client(&told), None);
    }

    #[test]
    fn the_scheme_is_one_of_four_words() {
        for (proto, secure) in [
            ("https", Some(true)),
            ("WSS", Some(true)),
            ("http", Some(false)),
            ("ws", Some(false)),
            ("gopher", None),
        ] {
            let told = headers(&[("X-Forwarded-Proto", proto)]);
            assert_eq!(proxies().secure(&told), secure, "{proto}");
        }
    }

    #[test]
    fn an_ipv4_peer_of_an_ipv6_listener_is_recognised() {
        let peer = "::ffff:10.0.0.1".parse().unwrap();
        assert!(proxies().trusts(peer));
        assert!(!proxies().trusts("::2".parse().unwrap()));
    }
}
