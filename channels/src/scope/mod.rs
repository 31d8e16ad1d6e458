//! The data of a connection's handshake, and the additions of middleware.
//!
//! The typed form of ASGI's scope. Source: `daphne/ws_protocol.py` and the ASGI specification;
//! see [`ScopeBuilder`] for how drivers and tests make one.

mod builder;
mod cookies;
mod extensions;
mod handshake;
mod pairs;
mod params;
mod protocol;

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::names::ChannelName;
pub use builder::ScopeBuilder;
pub use cookies::Cookies;
use extensions::Extensions;
use handshake::{Handshake, Headers};
pub use params::Params;
pub use protocol::Protocol;

/// Path, headers, cookies, route arguments and values from middleware.
///
/// A clone is cheap and shallow: changes by middleware are visible to inner endpoints, never to
/// outer ones (Channels' copy-on-write), while values added with [`insert`](Self::insert) are
/// shared.
///
/// ```
/// use channels::Scope;
/// let scope = Scope::builder("/ws/rooms/7/?since=12").header("X-Tab", "3").build();
/// assert_eq!(scope.path(), "/ws/rooms/7/");
/// assert_eq!(scope.query_string(), "since=12");
/// assert_eq!(scope.header("x-tab"), Some("3"));
/// ```
#[derive(Clone)]
pub struct Scope {
    handshake: Arc<Handshake>,
    headers: Arc<Headers>,
    protocol: Protocol,
    secure: bool,
    /// How many bytes at the end of the path the outer routers have left.
    left: Option<usize>,
    params: Params,
    cookies: Cookies,
    /// Also holds the data that only few connections have: see the types below.
    extensions: Extensions,
}

/// The subprotocols that the client offered, if it did.
struct Offered(Vec<String>);

/// The channel of a worker's consumer.
struct WorkedOff(ChannelName);

/// The unnamed arguments of the route, if it has any.
struct Args(Vec<String>);

impl Scope {
    /// Starts a scope for a path, which may be followed by `?` and a query.
    pub fn builder(path: &str) -> ScopeBuilder {
        ScopeBuilder::new(path)
    }

    /// The path, percent-decoded.
    pub fn path(&self) -> &str {
        &self.handshake.path
    }

    /// The path as it was sent, without the query.
    pub fn raw_path(&self) -> &str {
        &self.handshake.raw_path
    }

    /// The query after the `?`, still encoded; empty if there was none.
    pub fn query_string(&self) -> &str {
        &self.handshake.query_string
    }

    /// Parses the query as a type of the application.
    ///
    /// # Errors
    /// [`Error::Query`] if a field is missing or does not read as its type.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Error> {
        actix_web::web::Query::<T>::from_query(self.query_string())
            .map(actix_web::web::Query::into_inner)
            .map_err(|mismatch| Error::Query(mismatch.to_string()))
    }

    /// The prefix under which the application is mounted; the outermost router cuts it off.
    pub fn root_path(&self) -> &str {
        &self.handshake.root_path
    }

    /// One header by its name in any case, if its value is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// Iterates over the headers. Names are in lower case; values are as the client sent them, with
    /// surrounding spaces trimmed. Headers of a WebSocket handshake are sorted by name, and repeated
    /// headers are joined into one. Headers with `_` in their name are dropped, because proxies may
    /// confuse `_` with `-`.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    pub(crate) fn drop_headers(&mut self) {
        self.headers = Arc::default();
        self.cookies = Cookies::default();
    }

    /// The peer's address; `None` on a Unix socket and in tests.
    pub fn client(&self) -> Option<SocketAddr> {
        self.handshake.client
    }

    /// The address that the peer connected to; `None` on a Unix socket and in tests.
    pub fn server(&self) -> Option<SocketAddr> {
        self.handshake.server
    }

    /// The kind of connection: ASGI's `type`.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// `ws` or `http`, and `wss` or `https` behind TLS; empty in a worker.
    pub fn scheme(&self) -> &str {
        match (self.protocol, self.secure) {
            (Protocol::Websocket, false) => "ws",
            (Protocol::Websocket, true) => "wss",
            (Protocol::Http, false) => "http",
            (Protocol::Http, true) => "https",
            (Protocol::Channel, _) => "",
        }
    }

    /// The subprotocols that the client offered, in its order.
    pub fn subprotocols(&self) -> &[String] {
        self.get::<Offered>().map_or(&[], |Offered(names)| names)
    }

    /// The version of HTTP, for example `1.1`.
    pub fn http_version(&self) -> &str {
        &self.handshake.http_version
    }

    /// The method in upper case: `GET` of a handshake.
    pub fn method(&self) -> &str {
        &self.handshake.method
    }

    /// The channel whose messages a worker's consumer gets; `None` on any other connection.
    pub fn channel(&self) -> Option<&ChannelName> {
        self.get().map(|WorkedOff(name)| name)
    }

    /// A named argument of the route, for example `7` of `rooms/<int:room>/`.
    ///
    /// # Errors
    /// [`Error::MissingParam`] if the pattern has no such name, [`Error::InvalidParam`] if the
    /// text does not read as `T`.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        let text = self.params.get(name);
        let text = text.ok_or_else(|| Error::MissingParam(name.to_owned()))?;
        let Ok(value) = text.parse() else {
            return Err(Error::InvalidParam {
                name: name.to_owned(),
                expected: std::any::type_name::<T>(),
            });
        };
        Ok(value)
    }

    /// The named arguments of the route, by name.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The unnamed arguments of the route: groups without a name of a regular expression.
    pub fn args(&self) -> &[String] {
        self.get::<Args>().map_or(&[], |Args(values)| values)
    }

    /// The cookies; empty before [`CookieMiddleware`](crate::sessions::CookieMiddleware).
    pub fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    pub(crate) fn set_cookies(&mut self, cookies: Cookies) {
        self.cookies = cookies;
    }

    /// Replaces the subprotocols that the client offered, for example to remove a secret.
    pub(crate) fn set_subprotocols(&mut self, offered: Vec<String>) {
        self.insert(Offered(offered));
    }

    /// The rest of the path that a router left to inner ones; `None` before the first router.
    pub(crate) fn left(&self) -> Option<&str> {
        let path = self.path();
        path.get(path.len().checked_sub(self.left?)?..)
    }

    /// The scope inside a route that left this many bytes at the end of the path.
    pub(crate) fn enter(&self, left: usize, params: Params, args: Vec<String>) -> Self {
        let mut inner = self.clone();
        inner.left = Some(left);
        inner.params = params;
        if !args.is_empty() {
            inner.insert(Args(args));
        }
        inner
    }

    /// Inserts a value of the application, for example the signed-in user; one of each type.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.insert_shared(Arc::new(value));
    }

    pub(crate) fn insert_shared<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.extensions.insert(value);
    }

    /// Like [`get`](Self::get), but returns an owned reference.
    pub(crate) fn get_shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.extensions.get_shared()
    }

    /// The value of that type that middleware inserted.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.extensions.get()
    }
}

impl fmt::Debug for Scope {
    /// Omits the header values, the query and the extensions, because they contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("path", &self.path())
            .field("client", &self.client())
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_headers_leave_everything_else() {
        let client = "192.0.2.7:4711".parse().ok();
        let mut scope = Scope::builder("/a%20b/?q=1")
            .root_path("/root")
            .client(client)
            .header("cookie", "session=secret")
            .build();
        scope.set_cookies(Cookies::parse("session=secret"));
        scope.insert("kept");
        let outer = scope.clone();
        scope.drop_headers();
        assert_eq!((scope.headers().count(), scope.cookies().len()), (0, 0));
        let said = (scope.path(), scope.raw_path(), scope.query_string());
        assert_eq!(said, ("/a b/", "/a%20b/", "q=1"));
        assert_eq!((scope.root_path(), scope.client()), ("/root", client));
        assert_eq!(scope.get(), Some(&"kept"));
        assert_eq!(outer.header("cookie"), Some("session=secret"));
    }
}
