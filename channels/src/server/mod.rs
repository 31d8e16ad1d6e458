//! [`Server`]: an actix-web App and an application of consumers on one address.
//!
//! What Daphne is to Channels. Requests go to the App; those that ask for a WebSocket go to the
//! consumers, on a socket of their own and through their own middleware (Channels'
//! `ProtocolTypeRouter`). Source: daphne/cli.py and daphne/server.py.
//!
//! | flag of Daphne | here |
//! |---|---|
//! | `-b`, `-p` | [`Server::bind`] |
//! | `-u`, `--fd` | [`Server::bind_uds`], [`Server::listen`], [`Server::listen_uds`] |
//! | `-e ssl:..` | `Server::bind_rustls_0_23`, with the feature `rustls` |
//! | `-t`, `--http-timeout` | [`Server::http_timeout`] |
//! | `--websocket_timeout` | [`SocketOptions::websocket_timeout`] |
//! | `--websocket_connect_timeout` | [`SocketOptions::connect_timeout`] |
//! | `--websocket-max-message-size`, `-frame-size` | [`SocketOptions::max_message_bytes`], [`max_frame_bytes`](SocketOptions::max_frame_bytes) |
//! | `--ping-interval`, `--ping-timeout` | [`SocketOptions::ping_interval`], [`idle_timeout`](SocketOptions::idle_timeout) |
//! | `--application-close-timeout` | [`SocketOptions::handler_grace`] |
//! | `--root-path` | [`Server::root_path`] |
//! | `--proxy-headers`, `-host`, `-port` | [`Server::proxy_headers`] with [`ProxyHeaders`] |
//! | `-s`, `--server-name`, `--no-server-name` | [`Server::server_name`] |
//! | `--access-log` | [`Server::access_log`]; files and formats are the logger's |
//! | `-v` | the level of the logger |

mod addresses;
mod connections;
mod dressed;
mod handle;
mod hooks;
mod limits;
mod pages;
mod service;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_http::body::MessageBody;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::dev::{AppConfig, Response, Service};
use actix_web::http::KeepAlive;
use actix_web::http::header::{self, HeaderName, HeaderValue};

use addresses::Listener;
use connections::Connections;
pub use handle::{RunningServer, ServerHandle};
use hooks::Hooks;

pub use crate::front::ProxyHeaders;
use crate::front::{AccessLog, Front};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::socket::{Farewell, Registry, SocketOptions};

/// How long the end of a connection may take; values from 1 to 500 ms let some linger for ever.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

#[cfg(feature = "rustls")]
const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(3);

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
    listeners: Vec<Listener>,
    settings: Settings,
    hooks: Hooks,
    workers: Option<usize>,
    max_connections: Option<usize>,
    connections: Option<Arc<Connections>>,
    signals: bool,
    farewell: Farewell,
    shutdown_timeout: Duration,
}

/// Adds the service on one listener to a server; hides the App's type.
type Register = Box<dyn Fn(ServerBuilder, Listener, &service::Shared) -> io::Result<ServerBuilder>>;

/// What each connection is held to, told and asked.
#[derive(Clone, Debug)]
struct Settings {
    keep_alive: KeepAlive,
    client_request_timeout: Duration,
    client_disconnect_timeout: Duration,
    h1_allow_half_closed: bool,
    #[cfg(feature = "rustls")]
    tls_handshake_timeout: Duration,
    http_timeout: Option<Duration>,
    server_name: Option<HeaderValue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    front: Front,
    access: AccessLog,
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
                h1_allow_half_closed: false,
                #[cfg(feature = "rustls")]
                tls_handshake_timeout: TLS_HANDSHAKE_TIMEOUT,
                http_timeout: None,
                server_name: None,
                headers: Vec::new(),
                front: Front::default(),
                access: AccessLog::default(),
            },
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
