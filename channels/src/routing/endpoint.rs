//! The application that a driver runs: a consumer's factory, a router, or either in middleware.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{LocalBoxFuture, ready};

use crate::answer::Deny;
use crate::connection::{Connection, Link, Session};
use crate::consumer::Consumer;
use crate::layers::Layer;
use crate::middleware::{Middleware, Next};
use crate::names::ChannelName;
use crate::scope::Scope;

/// Something that leads from a [`Scope`] to a consumer; clones share it, on any thread.
#[derive(Clone)]
pub struct Endpoint {
    service: Arc<dyn Service>,
    /// Whether a router is inside, so that its route is a prefix and not the whole path.
    nests: bool,
}

pub(super) trait Service: Send + Sync + 'static {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>>;
}

impl Endpoint {
    pub(super) fn of(service: impl Service, nests: bool) -> Self {
        Self {
            service: Arc::new(service),
            nests,
        }
    }

    pub(super) fn nests(&self) -> bool {
        self.nests
    }

    /// Puts middleware around it; the one wrapped last runs first.
    pub fn wrap(self, middleware: impl Middleware) -> Self {
        Self {
            nests: self.nests,
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

/// What can be routed to: a factory `|scope: &Scope| MyConsumer { .. }`, a
/// [`URLRouter`](crate::URLRouter), or an [`Endpoint`].
pub trait IntoEndpoint {
    /// The endpoint.
    fn into_endpoint(self) -> Endpoint;

    /// The endpoint inside of a middleware.
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
            // As if the route were not there: one for the right protocol may follow.
            return Box::pin(ready(Err(Deny::unrouted())));
        }
        let factory = Arc::clone(&self.0);
        Box::pin(ready(Ok(Connecting {
            scope,
            headers: Vec::new(),
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

/// What a driver adds to make a connection of a consumer.
pub(crate) struct Parts {
    pub(crate) layer: Layer,
    pub(crate) name: ChannelName,
    pub(crate) link: Rc<Link>,
}

type Make = Box<dyn FnOnce(Scope, Parts) -> Box<dyn Connection>>;

/// A connection that has found its consumer; `connect` comes next.
///
/// Middleware gets it back from [`Next::run`] and may add headers to the answer.
pub struct Connecting {
    scope: Scope,
    headers: Vec<(String, String)>,
    /// The layer that middleware chose instead of the driver's.
    layer: Option<Layer>,
    make: Make,
}

impl Connecting {
    /// The scope as the consumer will see it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Adds a header to the 101 answer, as a renewed session cookie.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Keeps a value for as long as the connection lives.
    pub(crate) fn hold<T: Send + Sync + 'static>(&mut self, value: T) {
        self.scope.insert(value);
    }

    /// Chooses the consumer's layer, unless something further in has.
    pub(crate) fn or_layer(mut self, layer: &Layer) -> Self {
        self.layer.get_or_insert_with(|| layer.clone());
        self
    }

    pub(crate) fn layer(&self) -> Option<&Layer> {
        self.layer.as_ref()
    }

    /// The headers that middleware added, and the consumer at its connection.
    pub(crate) fn start(self, parts: Parts) -> (Vec<(String, String)>, Box<dyn Connection>) {
        (self.headers, (self.make)(self.scope, parts))
    }
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
