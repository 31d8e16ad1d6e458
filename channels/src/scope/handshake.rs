//! What a client said when it connected: the part of a scope that nothing changes, in one piece.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::address;
use super::packed::{Packed, Packing, Parts, text};

/// What a handshake is packed from.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) path: String,
    pub(super) raw_path: String,
    pub(super) query_string: String,
    pub(super) root_path: String,
    pub(super) method: Cow<'static, str>,
    pub(super) http_version: Cow<'static, str>,
    pub(super) client: Option<SocketAddr>,
    pub(super) server: Option<SocketAddr>,
    /// Lower-case names and values in turn, as they came.
    pub(super) headers: Packing,
}

/// The path and so on, each at its place, and then the headers as names and values in turn.
#[derive(Clone)]
pub(super) struct Handshake(Packed);

/// What stands at which place.
#[derive(Clone, Copy)]
enum Place {
    Path,
    /// Empty if it is the path.
    RawPath,
    Query,
    RootPath,
    Method,
    HttpVersion,
    Client,
    Server,
    Headers,
}

/// Room for lengths, addresses, method and version, so that packing seldom has to grow.
const OTHER_BYTES: usize = 100;

impl Handshake {
    /// Packs what was said. Of the headers that `join` names, those of one name become one.
    pub(super) fn of(said: &Said, join: impl Fn(&[u8]) -> bool) -> Self {
        let raw_path = Some(&said.raw_path).filter(|raw| **raw != said.path);
        let texts = [&said.path, &said.raw_path, &said.query_string];
        let texts: usize = texts.into_iter().map(String::len).sum();
        let mut packing = Packing::with_capacity(said.headers.len() + texts + OTHER_BYTES);
        packing.push(said.path.as_bytes());
        packing.push(raw_path.map_or(b"", |raw| raw.as_bytes()));
        packing.push(said.query_string.as_bytes());
        packing.push(said.root_path.as_bytes());
        packing.push(said.method.as_bytes());
        packing.push(said.http_version.as_bytes());
        packing.push(&address::written(said.client));
        packing.push(&address::written(said.server));
        for (name, value) in joined(&said.headers, join) {
            packing.push(name);
            packing.push(&value);
        }
        Self(packing.finish())
    }

    pub(super) fn without_headers(&self) -> Self {
        let mut packing = Packing::default();
        for part in self.0.parts().take(Place::Headers as usize) {
            packing.push(part);
        }
        Self(packing.finish())
    }

    fn from(&self, place: Place) -> Parts<'_> {
        let mut parts = self.0.parts();
        for _ in 0..place as usize {
            parts.next();
        }
        parts
    }

    fn bytes(&self, place: Place) -> &[u8] {
        self.from(place).next().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        text(self.bytes(Place::Path))
    }

    pub(super) fn raw_path(&self) -> &str {
        match self.bytes(Place::RawPath) {
            b"" => self.path(),
            raw => text(raw),
        }
    }

    pub(super) fn query_string(&self) -> &str {
        text(self.bytes(Place::Query))
    }

    pub(super) fn root_path(&self) -> &str {
        text(self.bytes(Place::RootPath))
    }

    pub(super) fn method(&self) -> &str {
        text(self.bytes(Place::Method))
    }

    pub(super) fn http_version(&self) -> &str {
        text(self.bytes(Place::HttpVersion))
    }

    pub(super) fn client(&self) -> Option<SocketAddr> {
        address::read(self.bytes(Place::Client))
    }

    pub(super) fn server(&self) -> Option<SocketAddr> {
        address::read(self.bytes(Place::Server))
    }

    /// Names and values of the headers, as bytes.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.from(Place::Headers).pairs()
    }
}

/// The headers, with one in the place of several of the same name where that is wanted: behind
/// semicolons for cookies, behind commas for any other.
fn joined(headers: &Packing, wanted: impl Fn(&[u8]) -> bool) -> Vec<(&[u8], Cow<'_, [u8]>)> {
    let mut joined: Vec<(&[u8], Cow<'_, [u8]>)> = Vec::new();
    for (name, value) in headers.parts().pairs() {
        let known = joined.iter_mut().find(|(known, _)| *known == name);
        match known.filter(|_| wanted(name)) {
            Some((_, first)) => {
                let separator: &[u8] = if name == b"cookie" { b"; " } else { b"," };
                *first = [&**first, separator, value].concat().into();
            }
            None => joined.push((name, Cow::Borrowed(value))),
        }
    }
    joined
}
