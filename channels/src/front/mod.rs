//! Analyses every request before a page or a consumer handles it: who sent it, over which
//! transport, under which prefix, and whether it is well-formed.
//!
//! Called by `server/` for all its requests, and by the mounted driver for those of other servers.
//! Source: `daphne/http_protocol.py` and `daphne/utils.py`.

mod access;
mod proxy;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::RequestHead;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use percent_encoding::percent_decode;

pub(crate) use access::{AccessLog, SocketVisit, Visit, VisitSlot};
pub use proxy::ProxyHeaders;

/// Daphne's header, in which a proxy sends the prefix under which it mounts the site.
const ROOT_PATH: HeaderName = HeaderName::from_static("daphne-root-path");

/// Bytes that some parsers treat as the end of a line, so that the rest could be injected as a
/// header (CVE-2026-44546).
const LINE_ENDS: [u8; 5] = [0x0b, 0x0c, 0x1c, 0x1d, 0x1e];

/// U+0085, the end of a line in C1. As Latin-1 it is the single byte [`NEXT_LINE_BYTE`], which is
/// also a part of many letters in UTF-8 (Å, х, م, 全).
const NEXT_LINE: char = '\u{85}';
const NEXT_LINE_BYTE: u8 = 0x85;

/// The settings of a site about the proxies in front of it.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    root_path: Arc<str>,
    proxies: Option<Arc<ProxyHeaders>>,
    /// The headers that are removed when a trusted proxy sent the request, and when somebody else
    /// did.
    hidden: [Arc<[HeaderName]>; 2],
}

/// The address that a peer connected to; kept with the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalAddr(pub(crate) SocketAddr);

/// The two ends of a connection as the server sees them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transport {
    /// `None` on a Unix socket.
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) secure: bool,
}

impl Transport {
    /// Peers on a Unix socket are on this machine, and count as proxies.
    fn is_from(&self, proxies: &ProxyHeaders) -> bool {
        self.peer.is_none_or(|peer| proxies.trusts(peer.ip()))
    }
}

/// Where a request came from, as reported to the application.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) client: Option<SocketAddr>,
    pub(crate) server: Option<SocketAddr>,
    pub(crate) secure: bool,
    pub(crate) root_path: Arc<str>,
    hidden: Arc<[HeaderName]>,
}

impl Default for Front {
    fn default() -> Self {
        let hidden: Arc<[HeaderName]> = Arc::new([ROOT_PATH]);
        Self {
            root_path: Arc::from(""),
            proxies: None,
            hidden: [Arc::clone(&hidden), hidden],
        }
    }
}

impl Front {
    pub(crate) fn set_root_path(&mut self, prefix: &str) {
        self.root_path = Arc::from(prefix);
    }

    pub(crate) fn set_proxies(&mut self, proxies: ProxyHeaders) {
        let mut names = proxies.names();
        names.push(ROOT_PATH);
        self.hidden[1] = names.into();
        self.proxies = Some(Arc::new(proxies));
    }

    /// Where a request to an App came from: as our own server determined it, or else from the
    /// request itself.
    pub(crate) fn arrival_of(&self, request: &HttpRequest) -> Arrival {
        if let Some(known) = request.extensions().get::<Arrival>() {
            return known.clone();
        }
        let local = request.conn_data::<LocalAddr>();
        let transport = Transport {
            peer: request.peer_addr(),
            local: local.map(|LocalAddr(address)| *address),
            secure: request.app_config().secure(),
        };
        self.arrival(request.headers(), transport)
    }

    /// Determines where a request came from; only the headers of trusted proxies are used.
    pub(crate) fn arrival(&self, headers: &HeaderMap, transport: Transport) -> Arrival {
        let [of_trusted, of_others] = &self.hidden;
        let mut arrival = Arrival {
            client: transport.peer,
            server: transport.local,
            secure: transport.secure,
            root_path: Arc::clone(&self.root_path),
            hidden: Arc::clone(of_others),
        };
        let proxies = self.proxies.as_ref();
        let Some(proxies) = proxies.filter(|proxies| transport.is_from(proxies)) else {
            return arrival;
        };
        arrival.hidden = Arc::clone(of_trusted);
        arrival.client = proxies.client(headers).or(transport.peer);
        arrival.secure = proxies.secure(headers).unwrap_or(transport.secure);
        let root_path = headers.get(ROOT_PATH).map(|value| {
            let decoded = percent_decode(value.as_bytes());
            Arc::from(decoded.decode_utf8_lossy())
        });
        arrival.root_path = root_path.unwrap_or(arrival.root_path);
        arrival
    }
}

impl Arrival {
    /// Whether a header must be hidden from the application, which would trust it.
    pub(crate) fn hides(&self, name: &HeaderName) -> bool {
        self.hidden.contains(name)
    }

    /// Sets the connection data of a request to the determined values.
    pub(crate) fn correct(&self, head: &mut RequestHead) {
        head.peer_addr = self.client;
        for name in &*self.hidden {
            head.headers.remove(name);
        }
    }
}

/// Why a request is malformed, if it is; the answer is 400.
pub(crate) fn flaw(head: &RequestHead) -> Option<&'static str> {
    let target = head.uri.path_and_query();
    if target.is_some_and(|target| !target.as_str().is_ascii()) {
        return Some("The path and the query must be ASCII");
    }
    let mut values = head.headers.iter().map(|(_, value)| value.as_bytes());
    values
        .any(may_end_line)
        .then_some("A header value holds a control character")
}

/// Whether some parser would treat a part of the value as the end of a line, if it decodes the
/// bytes as UTF-8 or, where they are not UTF-8, as Latin-1.
fn may_end_line(value: &[u8]) -> bool {
    let has_control = value.iter().any(|byte| LINE_ENDS.contains(byte));
    let has_next_line = || {
        value.utf8_chunks().any(|chunk| {
            chunk.valid().contains(NEXT_LINE) || chunk.invalid().contains(&NEXT_LINE_BYTE)
        })
    };
    has_control || (value.contains(&NEXT_LINE_BYTE) && has_next_line())
}

/// Adds the server's own headers to an answer, unless the application has set them.
pub(crate) fn dress(headers: &mut HeaderMap, own: &[(HeaderName, HeaderValue)]) {
    for (name, value) in own {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
}
