//! A real server for one test: [`LiveServer`].
//!
//! Source: channels/testing/live.py, without the child process.

use std::io;
use std::net::SocketAddr;

use actix_web::App;

use crate::http::{HttpOptions, mounted};
use crate::layers::Layer;
use crate::routing::IntoEndpoint;
use crate::server::ServerHandle;
use crate::server::builder::Server;
use crate::socket::SocketOptions;

/// A server in this process, on a free port of 127.0.0.1, that stops when the value is dropped.
/// Needs an actix runtime: `#[actix_web::test]`.
///
/// ```
/// use channels::testing::LiveServer;
/// # use channels::http::{Http, HttpConsumer, HttpContext};
/// # use channels::{HandlerResult, Layer, Scope};
/// # struct Hello;
/// # impl HttpConsumer for Hello {
/// #     type Event = ();
/// #     async fn handle(&mut self, _: bytes::Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
/// #         Ok(ctx.send_response(200, "hello")?)
/// #     }
/// # }
/// # actix_web::rt::System::new().block_on(async {
/// let app = |_: &Scope| Http(Hello);
/// let server = LiveServer::start(app, &Layer::in_memory())?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert!(server.ws_url().starts_with("ws://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "the server stops when the value is dropped"]
pub struct LiveServer {
    address: SocketAddr,
    handle: ServerHandle,
}

impl LiveServer {
    /// Serves an application's consumers, for WebSockets and for requests.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(app: impl IntoEndpoint, layer: &Layer) -> io::Result<Self> {
        let app = app.into_endpoint();
        let (http, http_layer) = (app.clone(), layer.clone());
        let server = Server::new()
            .http(move || {
                let route = mounted(http.clone(), &http_layer, HttpOptions::new());
                App::new().default_service(route)
            })
            .websocket(app, layer, SocketOptions::new());
        Self::start_server(server)
    }

    /// Runs a server that the test has set up; sets its address and one worker.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start_server(server: Server) -> io::Result<Self> {
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied();
        let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Ok(Self { address, handle })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of its pages, for example `http://127.0.0.1:4711`: upstream's
    /// `live_server_url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base URL of its sockets, for example `ws://127.0.0.1:4711`: upstream's
    /// `live_server_ws_url`.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// The handle of the server.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }
}

impl Drop for LiveServer {
    fn drop(&mut self) {
        // Without a runtime, the server has already ended.
        if actix_web::rt::System::try_current().is_some() {
            let handle = self.handle.clone();
            actix_web::rt::spawn(async move { handle.stop(false).await });
        }
    }
}
