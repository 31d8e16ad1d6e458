//! What is known of a connection at its handshake, and what middleware adds to it.
//!
//! The typed form of ASGI's scope. Source: `daphne/ws_protocol.py` and the ASGI specification;
//! see [`ScopeBuilder`] for how drivers and tests make one.

mod builder;
mod cookies;
mod protocol;

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::names::ChannelName;
pub use builder::ScopeBuilder;
pub use cookies::Cookies;
pub use protocol::Protocol;

type Extensions = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// Path, headers, cookies, route arguments and whatever middleware found out.
///
/// A clone is cheap and shallow: what middleware changes on it is seen further in, never further
/// out (Channels' copy-on-write), while values put in with [`insert`](Self::insert) are shared.
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
    route: Arc<UrlRoute>,
    cookies: Arc<Cookies>,
    extensions: Arc<Extensions>,
}

/// The part of a scope that no middleware changes.
#[derive(Clone)]
struct Handshake {
    path: String,
    raw_path: String,
    query_string: String,
    root_path: String,
    /// Lower-case names, in order; several of one name are joined, as Channels does for sockets.
    headers: Vec<(String, Vec<u8>)>,
    client: Option<SocketAddr>,
    server: Option<SocketAddr>,
    protocol: Protocol,
    secure: bool,
    subprotocols: Vec<String>,
    http_version: String,
    method: String,
    channel: Option<ChannelName>,
}

/// What routing took out of the path, and what is left for routers further in.
#[derive(Clone, Debug, Default)]
pub(crate) struct UrlRoute {
    pub(crate) args: Vec<String>,
    pub(crate) kwargs: BTreeMap<String, String>,
    pub(crate) remaining: Option<String>,
}

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

    /// What follows the `?`, still encoded; empty if there was none.
    pub fn query_string(&self) -> &str {
        &self.handshake.query_string
    }

    /// The query as a value of the application's own type.
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
        let (_, value) = self
            .handshake
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// All headers: lower-case names, values as sent but for spaces around them. A socket's are
    /// sorted by name, and several values of a name are joined in their order. Names with `_` were
    /// dropped, since proxies cannot tell them from those with `-`.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let headers = self.handshake.headers.iter();
        headers.map(|(name, value)| (&**name, &**value))
    }

    /// The peer's address; `None` on a Unix socket and in tests.
    pub fn client(&self) -> Option<SocketAddr> {
        self.handshake.client
    }

    /// The address that the peer connected to; `None` on a Unix socket and in tests.
    pub fn server(&self) -> Option<SocketAddr> {
        self.handshake.server
    }

    /// What kind of connection it is: ASGI's `type`.
    pub fn protocol(&self) -> Protocol {
        self.handshake.protocol
    }

    /// `ws` or `http`, and `wss` or `https` behind TLS; empty in a worker.
    pub fn scheme(&self) -> &str {
        match (self.handshake.protocol, self.handshake.secure) {
            (Protocol::Websocket, false) => "ws",
            (Protocol::Websocket, true) => "wss",
            (Protocol::Http, false) => "http",
            (Protocol::Http, true) => "https",
            (Protocol::Channel, _) => "",
        }
    }

    /// The subprotocols that the client offered, in its order.
    pub fn subprotocols(&self) -> &[String] {
        &self.handshake.subprotocols
    }

    /// The version of HTTP, as `1.1`.
    pub fn http_version(&self) -> &str {
        &self.handshake.http_version
    }

    /// The method in capitals: `GET` of a handshake.
    pub fn method(&self) -> &str {
        &self.handshake.method
    }

    /// The channel whose messages a worker's consumer gets; `None` on any other connection.
    pub fn channel(&self) -> Option<&ChannelName> {
        self.handshake.channel.as_ref()
    }

    /// A named argument of the route, as `7` of `rooms/<int:room>/`.
    ///
    /// # Errors
    /// [`Error::MissingParam`] if the pattern has no such name, [`Error::InvalidParam`] if the
    /// text does not read as `T`.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        let text = self.route.kwargs.get(name);
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
    pub fn params(&self) -> &BTreeMap<String, String> {
        &self.route.kwargs
    }

    /// The unnamed arguments of the route: groups without a name of a regular expression.
    pub fn args(&self) -> &[String] {
        &self.route.args
    }

    /// The cookies; empty before [`CookieMiddleware`](crate::CookieMiddleware).
    pub fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    pub(crate) fn set_cookies(&mut self, cookies: Cookies) {
        self.cookies = Arc::new(cookies);
    }

    /// Replaces the subprotocols that the client offered, as those without a secret among them.
    pub(crate) fn set_subprotocols(&mut self, offered: Vec<String>) {
        Arc::make_mut(&mut self.handshake).subprotocols = offered;
    }

    pub(crate) fn route(&self) -> &UrlRoute {
        &self.route
    }

    pub(crate) fn set_route(&mut self, route: UrlRoute) {
        self.route = Arc::new(route);
    }

    /// Puts in a value of the application's own, such as the signed-in user; one of each type.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.insert_shared(Arc::new(value));
    }

    pub(crate) fn insert_shared<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        Arc::make_mut(&mut self.extensions).insert(TypeId::of::<T>(), value);
    }

    /// As [`get`](Self::get), to keep.
    pub(crate) fn get_shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.extensions.get(&TypeId::of::<T>())?;
        Arc::clone(value).downcast().ok()
    }

    /// The value of that type that middleware put in.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.extensions.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for Scope {
    /// Leaves the header values, the query and the extensions out: they hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("path", &self.path())
            .field("client", &self.client())
            .field("params", &self.route.kwargs)
            .finish_non_exhaustive()
    }
}
