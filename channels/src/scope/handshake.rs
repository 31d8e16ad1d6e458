//! The data of a client's handshake: the immutable part of a scope.

use std::borrow::Cow;
use std::net::SocketAddr;

/// The data of the request line and the socket.
#[derive(Clone)]
pub(super) struct Handshake {
    pub(super) path: String,
    pub(super) raw_path: String,
    pub(super) query_string: String,
    pub(super) root_path: String,
    pub(super) method: Cow<'static, str>,
    pub(super) http_version: Cow<'static, str>,
    pub(super) client: Option<SocketAddr>,
    pub(super) server: Option<SocketAddr>,
}

/// Lower-case names and values, in the order in which they came.
pub(super) type Headers = Vec<(String, Vec<u8>)>;

/// Joins the values of one name if requested: with semicolons for cookies, with commas for others.
pub(super) fn joined(headers: Headers, wanted: impl Fn(&str) -> bool) -> Headers {
    let mut joined = Headers::with_capacity(headers.len());
    for (name, value) in headers {
        let known = joined.iter_mut().find(|(known, _)| *known == name);
        match known.filter(|_| wanted(&name)) {
            Some((_, first)) => {
                let separator: &[u8] = if name == "cookie" { b"; " } else { b"," };
                first.extend_from_slice(separator);
                first.extend_from_slice(&value);
            }
            None => joined.push((name, value)),
        }
    }
    joined
}
