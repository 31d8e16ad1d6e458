//! Every URL of the site on one page: HTTP in [`pages`], the socket in [`sockets`].

use actix_web::{HttpResponse, web};
use channels::{CookieMiddleware, IntoEndpoint, Scope, SocketOptions, URLRouter, socket::mounted};

use crate::{
    accounts::{self, SocketSession},
    assets,
    chat::{self, ChatConsumer},
    error::{Error, Result},
    friends, health,
    parts::Parts,
    security::client_addr::client_of_scope,
};

/// What is the same for everybody, and costs no look at the session.
pub(crate) fn files(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/static/{hash}/{path:.*}",
        web::get().to(assets::show_asset),
    )
    .route("/healthz", web::get().to(health::show_health))
    .route("/readyz", web::get().to(health::show_readiness));
}

/// The pages and forms.
pub(crate) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .configure(accounts::routes)
        .configure(friends::routes)
        .configure(chat::routes)
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse> {
    Err(Error::NotFound)
}

/// The socket, with a middleware stack of its own: Origin, session, how many.
pub(crate) fn sockets(cfg: &mut web::ServiceConfig, parts: &Parts) {
    let consumer = parts.consumer.clone();
    let proxies = parts.proxies.clone();
    let chat = move |scope: &Scope| {
        ChatConsumer::new(consumer.clone(), scope, client_of_scope(&proxies, scope))
    };
    let router = URLRouter::new()
        .path("ws/", chat)
        .wrap(parts.connections.clone())
        .wrap(SocketSession::new(parts.sessions.clone()))
        .wrap(CookieMiddleware)
        .wrap(parts.origins.clone());
    let limits = &parts.consumer.limits;
    let options = SocketOptions::new()
        .max_message_bytes(limits.max_message_bytes)
        .max_frame_bytes(limits.max_message_bytes)
        .ping_interval(limits.ping_interval.0)
        .idle_timeout(limits.idle_timeout.0)
        .outbox_bytes(limits.socket_queue_bytes);
    let socket = mounted(router, &parts.layer, options);
    cfg.service(web::resource("/ws/{rest:.*}").route(socket));
}
