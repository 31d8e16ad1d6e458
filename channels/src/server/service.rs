//! The service on one listener: actix' HTTP/1 service around the App, with a door for upgrades.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;

use actix_codec::Framed;
use actix_http::body::MessageBody;
use actix_http::{HttpService, Request, h1};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config,
};
use actix_web::dev::{AppConfig, Response, Service};
use actix_web::rt::net::TcpStream;
use futures_util::future::LocalBoxFuture;

use super::Settings;
use crate::layers::Layer;
use crate::routing::Endpoint;
use crate::socket::{HandedOver, OwnSockets, Registry, SocketOptions, on_connect, tune};

/// What the services of all workers and listeners have in common.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) stopping: GracefulShutdownSignal,
    pub(super) sockets: Option<(Endpoint, Layer, SocketOptions)>,
    pub(super) registry: Arc<Registry>,
}

/// Adds the service of one listener to a server.
pub(super) fn register<F, I, S, B>(
    builder: ServerBuilder,
    listener: TcpListener,
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
    let address = listener.local_addr()?;
    let shared = shared.clone();
    builder.listen(format!("channels-{address}"), listener, move || {
        let stopping = shared.stopping.clone();
        let owns_sockets = shared.sockets.is_some();
        let pages = factory()
            .into_factory()
            .map_err(|failure| failure.into().error_response());
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(shared.settings.keep_alive)
            .client_request_timeout(shared.settings.client_request_timeout)
            .client_disconnect_timeout(shared.settings.client_disconnect_timeout)
            .local_addr(address)
            .on_connect_ext(move |stream: &TcpStream, data| {
                if owns_sockets {
                    tune(stream);
                } else {
                    on_connect(stream, data);
                }
            })
            .finish(map_config(pages, |()| AppConfig::default()))
            .upgrade(shared.own_sockets().map(|sockets| {
                fn_service(move |handshake| take_over(Rc::clone(&sockets), handshake))
            }))
            .tcp()
    })
}

impl Shared {
    fn own_sockets(&self) -> Option<Rc<OwnSockets>> {
        let (app, layer, options) = self.sockets.clone()?;
        Some(Rc::new(OwnSockets {
            app,
            layer,
            options,
            registry: Arc::clone(&self.registry),
        }))
    }
}

/// Boxed, so that connections which never ask for an upgrade need no room for one.
fn take_over(
    sockets: Rc<OwnSockets>,
    (request, framed): (Request, Framed<TcpStream, h1::Codec>),
) -> LocalBoxFuture<'static, Result<(), Infallible>> {
    let parts = framed.into_parts();
    let handed = HandedOver {
        io: parts.io,
        codec: parts.codec,
        already_read: parts.read_buf,
        unsent: parts.write_buf,
        secure: false,
    };
    Box::pin(async move {
        sockets.open(request, handed).await;
        Ok(())
    })
}
