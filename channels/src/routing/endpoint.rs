//! The application that a driver runs: a consumer's factory, a router, or either in middleware.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{LocalBoxFuture, ready};

use super::answering::{AnswerHeaders, AnswerHook, Closer};
use super::reverse::{Names, UrlError};
use crate::answer::Deny;
use crate::connection::{Connection, Link, Session};
use crate::consumer::Consumer;
use crate::event::CloseCode;
use crate::layers::{ChannelReceiver, Layer};
use crate::middleware::{Middleware, Next};
use crate::names::ChannelName;
use crate::scope::Scope;

/// Finds the consumer for a [`Scope`]; clones share it, on any thread.
#[derive(Clone)]
pub struct Endpoint {
    service: Arc<dyn Service>,
    /// Whether it contains a router, so that its route is a prefix and not the whole path.
    nests: bool,
    names: Arc<Names>,
}

pub(super) trait Service: Send + Sync + 'static {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>>;
}

impl Endpoint {
    pub(super) fn of(service: impl Service, nests: bool) -> Self {
        Self {
            service: Arc::new(service),
            nests,
            names: Arc::default(),
        }
    }

    /// With the names of its routes.
    pub(super) fn named(self, names: Names) -> Self {
        Self {
            names: Arc::new(names),
            ..self
        }
    }

    pub(super) fn nests(&self) -> bool {
        self.nests
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The path of a route that was named with [`URLRouter::name`](crate::URLRouter::name), with
    /// these arguments: Django's `reverse()`. Begins with a slash, percent-encoded, without a
    /// mount's root path.
    ///
    /// ```
    /// use channels::security::WebsocketDenier;
    /// use channels::{IntoEndpoint as _, Scope, URLRouter};
    /// let rooms = URLRouter::new().path("<str:room>/", |_: &Scope| WebsocketDenier).name("room");
    /// let app = URLRouter::new().path("ws/rooms/", rooms).into_endpoint();
    /// assert_eq!(app.url_for("room", &[("room", "tea time")])?, "/ws/rooms/tea%20time/");
    /// # Ok::<(), channels::routing::UrlError>(())
    /// ```
    ///
    /// # Errors
    /// [`UrlError`] if there is no such route, or it takes other arguments.
    pub fn url_for(&self, name: &str, args: &[(&str, &str)]) -> Result<String, UrlError> {
        self.names.url_for(name, args)
    }

    /// Puts middleware around it; the one wrapped last runs first.
    pub fn wrap(self, middleware: impl Middleware) -> Self {
        Self {
            nests: self.nests,
            names: Arc::clone(&self.names),
            service: Arc::new(Wrapped {
                middleware,
                inner: self,
            }),
        }
    }

    /// Finds the consumer for a connection.
    ///
    /// # Errors
    /// The [`Deny`] of a middleware; 404 when no route matches.
    pub async fn call(&self, scope: Scope) -> Result<Connecting, Deny> {
        self.service.call(scope).await
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

/// The possible targets of a route: a factory `|scope: &Scope| MyConsumer { .. }`, a
/// [`URLRouter`](crate::URLRouter), or an [`Endpoint`].
pub trait IntoEndpoint {
    /// The endpoint.
    fn into_endpoint(self) -> Endpoint;

    /// The endpoint that a middleware wraps.
    fn wrap(self, middleware: impl Middleware) -> Endpoint
    where
        Self: Sized,
    {
        self.into_endpoint().wrap(middleware)
    }
}

impl IntoEndpoint for Endpoint {
    fn into_endpoint(self) -> Endpoint {
        self
    }
}

impl<F, C> IntoEndpoint for F
where
    F: Fn(&Scope) -> C + Send + Sync + 'static,
    C: Consumer,
{
    fn into_endpoint(self) -> Endpoint {
        Endpoint::of(Factory(Arc::new(self)), false)
    }
}

struct Factory<F>(Arc<F>);

impl<F, C> Service for Factory<F>
where
    F: Fn(&Scope) -> C + Send + Sync + 'static,
    C: Consumer,
{
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>> {
        if scope.protocol() != C::PROTOCOL {
            // Skips the route, because one for the right protocol may follow.
            return Box::pin(ready(Err(Deny::unrouted())));
        }
        let factory = Arc::clone(&self.0);
        Box::pin(ready(Ok(Connecting {
            scope,
            added: Additions::default(),
            layer: None,
            make: Box::new(move |scope, parts| {
                let consumer = factory(&scope);
                let Parts { layer, name, link } = parts;
                Box::new(Session::new(consumer, scope, layer, name, link))
            }),
        })))
    }
}

struct Wrapped<M> {
    middleware: M,
    inner: Endpoint,
}

impl<M: Middleware> Service for Wrapped<M> {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>> {
        self.middleware.call(scope, Next::new(&self.inner))
    }
}

/// The parts that a driver adds to run a consumer as a connection.
pub(crate) struct Parts {
    pub(crate) layer: Layer,
    pub(crate) name: ChannelName,
    pub(crate) link: Rc<Link>,
}

pub(crate) type Make = Box<dyn FnOnce(Scope, Parts) -> Box<dyn Connection>>;

/// The additions of middleware to a connection.
#[derive(Default)]
pub(crate) struct Additions {
    /// For a positive answer.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) hooks: Vec<AnswerHook>,
    pub(crate) closers: Vec<Closer>,
    /// The subprotocol of the answer if the consumer chooses none.
    pub(crate) subprotocol: Option<String>,
}

/// A connection that has found its consumer; `connect` comes next.
///
/// Middleware gets it back from [`Next::run`] and may add headers to the answer.
pub struct Connecting {
    scope: Scope,
    added: Additions,
    /// The layer that middleware chose instead of the driver's.
    layer: Option<Layer>,
    make: Make,
}

impl Connecting {
    /// The scope that the consumer will get.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Adds a header to the 101 answer, for example a renewed session cookie.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.added.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a hook that runs when the answer's status is known, for example to save a session. It
    /// returns headers to add, or another answer. Inner hooks run first.
    pub(crate) fn on_answer(
        mut self,
        hook: impl FnOnce(u16) -> LocalBoxFuture<'static, AnswerHeaders> + 'static,
    ) -> Self {
        self.added.hooks.push(Box::new(hook));
        self
    }

    /// Closes the connection with this code and reason as soon as a message arrives on a channel.
    ///
    /// Neither a busy handler nor waiting events delay that.
    pub fn close_on(
        mut self,
        channel: ChannelReceiver,
        code: CloseCode,
        reason: impl Into<String>,
    ) -> Self {
        self.added.closers.push(Closer {
            channel,
            code,
            reason: reason.into(),
        });
        self
    }

    /// The subprotocol of the answer unless the consumer chooses one.
    pub(crate) fn or_subprotocol(mut self, name: &str) -> Self {
        self.added
            .subprotocol
            .get_or_insert_with(|| name.to_owned());
        self
    }

    /// Inserts a wrapper between the driver and the consumer, which need not exist yet.
    pub(crate) fn make_with(
        self,
        wrap: impl FnOnce(Make, Scope, Parts) -> Box<dyn Connection> + 'static,
    ) -> Self {
        let make = self.make;
        Self {
            make: Box::new(move |scope, parts| wrap(make, scope, parts)),
            ..self
        }
    }

    /// Keeps a value until the end of the connection.
    pub(crate) fn hold<T: Send + Sync + 'static>(&mut self, value: T) {
        self.scope.insert(value);
    }

    /// Chooses the consumer's layer, unless an inner middleware has.
    pub(crate) fn or_layer(mut self, layer: &Layer) -> Self {
        self.layer.get_or_insert_with(|| layer.clone());
        self
    }

    pub(crate) fn layer(&self) -> Option<&Layer> {
        self.layer.as_ref()
    }

    /// The consumer with its connection, and the additions of middleware.
    pub(crate) fn start(self, parts: Parts) -> (Box<dyn Connection>, Additions) {
        ((self.make)(self.scope, parts), self.added)
    }
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
