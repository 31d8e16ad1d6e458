//! The service on one listener: actix' HTTP/1 service around the App, with a handler for upgrades.

use std::convert::Infallible;
use std::fmt;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_codec::Framed;
use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, h1};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, apply_fn_factory, fn_service,
    map_config,
};
#[cfg(feature = "rustls")]
use actix_tls::accept::{
    TlsError,
    rustls_0_23::{Acceptor, TlsStream},
};
use actix_web::dev::{AppConfig, Response, Service};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::rt::net::TcpStream;
#[cfg(unix)]
use actix_web::rt::net::UnixStream;
use futures_util::future::LocalBoxFuture;

use super::connections::Connections;
use super::dressed::{Dressed, HeaderLines};
use super::listener::Listener;
use super::settings::Settings;
use crate::front::{Arrival, LocalAddr, Transport};
use crate::layers::Layer;
use crate::routing::Endpoint;
use crate::socket::{HandedOver, Io, OwnSockets, Registry, SocketOptions, keep_switch, prepare};

/// The address that pages get if there is none, for example on a Unix socket.
const NO_ADDRESS: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// The state that the services of all workers and listeners share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    /// The headers of every answer.
    pub(super) headers: Arc<[(HeaderName, HeaderValue)]>,
    pub(super) stopping: GracefulShutdownSignal,
    pub(super) sockets: Option<(Endpoint, Layer, SocketOptions)>,
    pub(super) registry: Arc<Registry>,
    /// Limits the connections of each address, if there is a limit.
    pub(super) connections: Option<Arc<Connections>>,
}

/// Adds the service of one listener to a server.
pub(super) fn register<F, I, S, B>(
    builder: ServerBuilder,
    listener: Listener,
    shared: &Shared,
    factory: F,
) -> io::Result<ServerBuilder>
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
    let shared = shared.clone();
    match listener {
        Listener::Tcp(listener) => {
            let address = listener.local_addr()?;
            builder.listen(format!("channels-{address}"), listener, move || {
                let accepted = fn_service(|io: TcpStream| async {
                    let peer = io.peer_addr().ok();
                    Ok((io, Protocol::Http1, peer))
                });
                let served = accepted.and_then(serve(&shared, &factory, Some(address), false));
                counted(&shared, served)
            })
        }
        #[cfg(unix)]
        Listener::Unix(listener) => {
            let name = format!("channels-{:?}", listener.local_addr()?);
            builder.listen_uds(name, listener, move || {
                fn_service(|io: UnixStream| async { Ok((io, Protocol::Http1, None)) })
                    .and_then(serve(&shared, &factory, None, false))
            })
        }
        #[cfg(feature = "rustls")]
        Listener::Tls(listener, config) => {
            let address = listener.local_addr()?;
            let mut acceptor = Acceptor::new(*config);
            acceptor.set_handshake_timeout(shared.settings.tls_handshake_timeout);
            builder.listen(format!("channels-tls-{address}"), listener, move || {
                let served = acceptor
                    .clone()
                    .map_err(TlsError::into_service_error)
                    .and_then(fn_service(|io: TlsStream<TcpStream>| async {
                        let peer = io.get_ref().0.peer_addr().ok();
                        Ok((io, Protocol::Http1, peer))
                    }))
                    .and_then(
                        serve(&shared, &factory, Some(address), true).map_err(TlsError::Service),
                    );
                counted(&shared, served)
            })
        }
    }
}

/// Serves connections within the limit of their address, and closes the others unread. A connection
/// counts until its future ends, whatever the reason.
fn counted<F>(
    shared: &Shared,
    served: F,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = F::Error, InitError = ()> + use<F>
where
    F: ServiceFactory<TcpStream, Config = (), Response = (), InitError = ()>,
{
    let connections = shared.connections.clone();
    apply_fn_factory(served, move |io: TcpStream, service: &F::Service| {
        let place = Connections::enter(connections.as_ref(), io.peer_addr().ok());
        let running = place.map(|place| (place, service.call(io)));
        async move {
            let Ok((place, running)) = running else {
                return Ok(());
            };
            let ended = running.await;
            drop(place);
            ended
        }
    })
}

/// The App and the consumers on connections of one kind.
fn serve<T, F, I, S, B>(
    shared: &Shared,
    factory: &F,
    address: Option<SocketAddr>,
    secure: bool,
) -> impl ServiceFactory<
    (T, Protocol, Option<SocketAddr>),
    Config = (),
    Response = (),
    Error = actix_http::error::DispatchError,
    InitError = (),
> + use<T, F, I, S, B>
where
    T: Io + 'static,
    F: Fn() -> I,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let listens_at = address.unwrap_or(NO_ADDRESS.into());
    // actix-web's crate for tests creates one in the same way, because there is no other.
    let config = AppConfig::__priv_test_new(secure, listens_at.to_string(), listens_at);
    let app = factory()
        .into_factory()
        .map_err(|failure| failure.into().error_response());
    let app = map_config(app, move |()| config.clone());
    let shared = Rc::new(shared.clone());
    let pages = apply_fn_factory(app, {
        let shared = Rc::clone(&shared);
        move |request, app: &_| shared.serve(request, secure, app)
    });
    let lines = Rc::new(HeaderLines::new(&shared.headers));
    let dressed = fn_service(
        move |(io, protocol, peer): (T, Protocol, Option<SocketAddr>)| {
            ready(Ok((Dressed::new(io, Rc::clone(&lines)), protocol, peer)))
        },
    );
    let sockets = shared.own_sockets();
    let owns_sockets = sockets.is_some();
    let stopping = shared.stopping.clone();
    let served = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(shared.settings.keep_alive)
        .client_request_timeout(shared.settings.client_request_timeout)
        .client_disconnect_timeout(shared.settings.client_disconnect_timeout)
        .h1_allow_half_closed(shared.settings.h1_allow_half_closed)
        .local_addr(listens_at)
        .on_connect_ext(move |io: &Dressed<T>, data| {
            if let Some(tcp) = io.io().tcp() {
                prepare(tcp, data);
                if !owns_sockets {
                    keep_switch(tcp, data);
                }
            }
        })
        .finish(pages)
        .upgrade(sockets.map(|sockets| {
            fn_service(move |handshake| {
                take_over(Rc::clone(&shared), Rc::clone(&sockets), handshake)
            })
        }));
    dressed.and_then(served)
}

impl Shared {
    fn own_sockets(&self) -> Option<Rc<OwnSockets>> {
        let (app, layer, options) = self.sockets.clone()?;
        Some(Rc::new(OwnSockets {
            app,
            layer,
            limits: Rc::new(options.limits()),
            options: Rc::new(options),
            registry: Arc::clone(&self.registry),
            headers: Arc::clone(&self.headers),
        }))
    }

    /// Where a request came from.
    pub(super) fn arrival(&self, request: &Request, secure: bool) -> Arrival {
        let local = request.conn_data::<LocalAddr>();
        let transport = Transport {
            peer: request.peer_addr(),
            local: local.map(|LocalAddr(address)| *address),
            secure,
        };
        self.settings
            .front
            .arrival(&request.head().headers, transport)
    }
}

/// Boxed, so that connections without an upgrade need no memory for one.
fn take_over<T: Io + 'static>(
    shared: Rc<Shared>,
    sockets: Rc<OwnSockets>,
    (request, framed): (Request, Framed<Dressed<T>, h1::Codec>),
) -> LocalBoxFuture<'static, Result<(), Infallible>> {
    let parts = framed.into_parts();
    let io = parts.io.into_io();
    let arrival = shared.arrival(&request, io.is_secure());
    let visit = shared.settings.access.visit(request.head(), arrival.client);
    let handed = HandedOver {
        io,
        codec: parts.codec,
        already_read: parts.read_buf,
        unsent: parts.write_buf,
        arrival,
        visit,
    };
    Box::pin(async move {
        sockets.open(request, handed).await;
        Ok(())
    })
}
