//! [`Server`]: an actix-web App and an application of consumers on one address.
//!
//! What Daphne is to Channels. Requests go to the App; those that ask for a WebSocket go to the
//! consumers, on a socket of their own and through their own middleware (Channels'
//! `ProtocolTypeRouter`). Source: daphne/cli.py and daphne/server.py.

mod handle;
mod service;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_http::body::MessageBody;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::dev::{AppConfig, Response, Service};
use actix_web::http::KeepAlive;
use socket2::{Domain, Protocol, Socket, Type};

pub use handle::{RunningServer, ServerHandle};

use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::socket::{Registry, SocketOptions};

/// How long the end of a connection may take; values from 1 to 500 ms let some linger for ever.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const BACKLOG: u32 = 1024;

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
    register: Register,
    sockets: Option<(Endpoint, Layer, SocketOptions)>,
    listeners: Vec<TcpListener>,
    settings: Settings,
    workers: Option<usize>,
    max_connections: Option<usize>,
    signals: bool,
    close_spread: Duration,
    shutdown_timeout: Duration,
}

/// Adds the service on one listener to a server; hides the App's type.
type Register =
    Box<dyn Fn(ServerBuilder, TcpListener, &service::Shared) -> io::Result<ServerBuilder>>;

/// What each HTTP connection is held to.
#[derive(Clone, Copy, Debug)]
struct Settings {
    keep_alive: KeepAlive,
    client_request_timeout: Duration,
    client_disconnect_timeout: Duration,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            register: Box::new(|builder, listener, shared| {
                service::register(builder, listener, shared, actix_web::App::new)
            }),
            sockets: None,
            listeners: Vec::new(),
            settings: Settings {
                keep_alive: KeepAlive::default(),
                client_request_timeout: Duration::from_secs(5),
                client_disconnect_timeout: DISCONNECT_TIMEOUT,
            },
            workers: None,
            max_connections: None,
            signals: true,
            close_spread: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

impl Server {
    /// A server without an address, whose every page is 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves pages with the App that the factory makes, once for each worker and address.
    ///
    /// Takes what `HttpServer::new` takes. A handshake does not pass the App's middleware.
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

    /// Hands every request for a WebSocket to these consumers, each on its own socket.
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

    /// Listens on an address, in addition to those given before.
    ///
    /// # Errors
    /// The address cannot be bound, or is none.
    pub fn bind(mut self, addresses: impl ToSocketAddrs) -> io::Result<Self> {
        let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "no address to bind to");
        let before = self.listeners.len();
        for address in addresses.to_socket_addrs()? {
            match listen(address) {
                Ok(listener) => self = self.listen(listener)?,
                Err(refused) => failure = refused,
            }
        }
        if self.listeners.len() == before {
            return Err(failure);
        }
        Ok(self)
    }

    /// Serves on a listener that exists, in addition to those given before.
    ///
    /// # Errors
    /// The listener is not usable.
    pub fn listen(mut self, listener: TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        listener.local_addr()?;
        self.listeners.push(listener);
        Ok(self)
    }

    /// The addresses that the server listens on, in the order in which they were given.
    pub fn addrs(&self) -> Vec<SocketAddr> {
        let addresses = self.listeners.iter().map(TcpListener::local_addr);
        addresses.filter_map(Result::ok).collect()
    }

    /// Threads that serve connections; as many as there are cores unless set.
    ///
    /// # Panics
    /// If it is 0.
    pub fn workers(mut self, number: usize) -> Self {
        assert!(number > 0, "a server needs a worker");
        self.workers = Some(number);
        self
    }

    /// HTTP connections of one worker at a time; 25,000 unless set. Consumers do not count.
    pub fn max_connections(mut self, number: usize) -> Self {
        self.max_connections = Some(number);
        self
    }

    /// How long an HTTP connection without a request stays open; 5 s unless set.
    pub fn keep_alive(mut self, keep_alive: impl Into<KeepAlive>) -> Self {
        self.settings.keep_alive = keep_alive.into();
        self
    }

    /// Time that a client has for its request's head, beyond: 408. 5 s unless set, 0 is for ever.
    pub fn client_request_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_request_timeout = limit;
        self
    }

    /// Time that the end of an HTTP connection may take. 1 s unless set; from 1 to 500 ms some
    /// connections linger for ever.
    pub fn client_disconnect_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_disconnect_timeout = limit;
        self
    }

    /// Time that connections have to end when the server stops, in whole seconds: first those of
    /// consumers, then requests. 30 s unless set.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Closes consumers at moments spread over this time when the server stops, so that their
    /// clients do not all come back at once. 0 unless set.
    pub fn close_spread(mut self, time: Duration) -> Self {
        self.close_spread = time;
        self
    }

    /// Leaves SIGTERM and SIGINT, which else stop the server gracefully, to the application.
    pub fn disable_signals(mut self) -> Self {
        self.signals = false;
        self
    }

    /// Starts serving; the result must be awaited or spawned to go on, and gives a
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
        let shared = service::Shared {
            settings: self.settings,
            stopping: builder.graceful_shutdown_signal(),
            sockets: self.sockets,
            registry: Arc::clone(&registry),
        };
        for listener in self.listeners {
            builder = (self.register)(builder, listener, &shared)
                .expect("the listener was usable when it was given");
        }
        let server = builder.run();
        let handle = ServerHandle {
            inner: server.handle(),
            registry,
            close_spread: self.close_spread,
            shutdown_timeout: self.shutdown_timeout,
        };
        RunningServer::new(server, handle, self.signals)
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let kind = Type::STREAM;
    let socket = Socket::new(Domain::for_address(address), kind, Some(Protocol::TCP))?;
    // A server that comes back must not wait for connections of its former life.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addrs", &self.addrs())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
