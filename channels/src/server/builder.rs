//! The parts of a [`Server`], and its start.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_http::body::MessageBody;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::dev::{AppConfig, Response, Service};
use actix_web::http::header;

use super::connections::Connections;
use super::handle::{RunningServer, ServerHandle};
use super::hooks::Hooks;
use super::listener::Listener;
use super::service;
use super::settings::Settings;
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::socket::{Farewell, Registry, SocketOptions};

/// Serves pages and consumers together. Needs an actix runtime: `#[actix_web::main]`.
///
/// ```no_run
/// use actix_web::{App, web};
/// use channels::{Layer, Scope, Server, SocketOptions, URLRouter, WebsocketConsumer};
/// # use channels::{Context, Frame, HandlerResult};
/// # struct Echo;
/// # impl WebsocketConsumer for Echo {
/// #     type Event = ();
/// #     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
/// #         Ok(ctx.send(frame)?)
/// #     }
/// # }
/// # async fn serve() -> std::io::Result<()> {
/// let layer = Layer::in_memory();
/// let sockets = URLRouter::new().path("ws/echo/", |_: &Scope| Echo);
/// Server::new()
///     .http(|| App::new().route("/", web::get().to(|| async { "a page" })))
///     .websocket(sockets, &layer, SocketOptions::new())
///     .bind("127.0.0.1:8000")?
///     .run()
///     .await
/// # }
/// ```
#[must_use = "a server does nothing before `run`"]
pub struct Server {
    pub(super) register: Register,
    pub(super) sockets: Option<(Endpoint, Layer, SocketOptions)>,
    pub(super) listeners: Vec<Listener>,
    pub(super) settings: Settings,
    pub(super) hooks: Hooks,
    pub(super) workers: Option<usize>,
    pub(super) max_connections: Option<usize>,
    pub(super) connections: Option<Arc<Connections>>,
    pub(super) signals: bool,
    pub(super) farewell: Farewell,
    pub(super) shutdown_timeout: Duration,
}

/// Adds the service on one listener to a server; hides the App's type.
pub(super) type Register =
    Box<dyn Fn(ServerBuilder, Listener, &service::Shared) -> io::Result<ServerBuilder>>;

impl Default for Server {
    fn default() -> Self {
        Self {
            register: Box::new(|builder, listener, shared| {
                service::register(builder, listener, shared, actix_web::App::new)
            }),
            sockets: None,
            listeners: Vec::new(),
            settings: Settings::default(),
            hooks: Hooks::default(),
            workers: None,
            max_connections: None,
            connections: None,
            signals: true,
            farewell: Farewell::default(),
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

impl Server {
    /// A server without an address, which answers 404 to every page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves pages with the App that the factory makes, once for each worker and address.
    ///
    /// Accepts the same arguments as `HttpServer::new`. Handshakes do not pass the App's
    /// middleware.
    pub fn http<F, I, S, B>(mut self, factory: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: fmt::Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as Service<Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        self.register = Box::new(move |builder, listener, shared| {
            service::register(builder, listener, shared, factory.clone())
        });
        self
    }

    /// Routes every request for a WebSocket to these consumers, each on its own socket.
    ///
    /// Without this, such requests go to the App, which may have [`mounted`] routes.
    ///
    /// [`mounted`]: crate::socket::mounted
    pub fn websocket(
        mut self,
        app: impl IntoEndpoint,
        layer: &Layer,
        options: SocketOptions,
    ) -> Self {
        self.sockets = Some((app.into_endpoint(), layer.clone(), options));
        self
    }

    /// Adds a hook that runs before the first connection is accepted, after earlier hooks: ASGI's
    /// `lifespan.startup`. If it fails, the server ends with its error.
    ///
    /// Clients that connect meanwhile have to wait.
    pub fn on_startup<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> R + 'static,
        R: Future<Output = io::Result<()>> + 'static,
    {
        self.hooks.startup.push(Box::new(|| Box::pin(hook())));
        self
    }

    /// Adds a hook that runs when the server has stopped and all its connections have ended, after
    /// earlier hooks: ASGI's `lifespan.shutdown`. The future of the server completes after the last
    /// hook, with the first error of any.
    pub fn on_shutdown<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> R + 'static,
        R: Future<Output = io::Result<()>> + 'static,
    {
        self.hooks.shutdown.push(Box::new(|| Box::pin(hook())));
        self
    }

    /// Starts the server. The result must be awaited or spawned to run; it has the
    /// [`ServerHandle`].
    ///
    /// # Panics
    /// Outside of an actix or Tokio runtime.
    pub fn run(self) -> RunningServer {
        let registry = Registry::new();
        let mut builder = ServerBuilder::new()
            .disable_signals()
            .shutdown_timeout(self.shutdown_timeout.as_secs());
        if let Some(workers) = self.workers {
            builder = builder.workers(workers);
        }
        if let Some(limit) = self.max_connections {
            builder = builder.max_concurrent_connections(limit);
        }
        let name = self.settings.server_name.clone();
        let name = name.map(|name| (header::SERVER, name));
        let headers = self.settings.headers.iter().cloned().chain(name);
        let shared = service::Shared {
            headers: headers.collect(),
            settings: self.settings,
            stopping: builder.graceful_shutdown_signal(),
            sockets: self.sockets,
            registry: Arc::clone(&registry),
            connections: self.connections,
        };
        for listener in self.listeners {
            builder = (self.register)(builder, listener, &shared)
                .expect("the listener was usable when it was given");
        }
        let server = builder.run();
        let handle = ServerHandle {
            inner: server.handle(),
            registry,
            farewell: self.farewell,
            shutdown_timeout: self.shutdown_timeout,
        };
        RunningServer::new(server, handle, self.hooks, self.signals)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addrs", &self.addrs())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
