//! Every URL of the site on one page: HTTP in [`pages`], the socket in [`sockets`].

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{SEC_WEBSOCKET_VERSION, UPGRADE},
    web,
};
use channels::{Endpoint, HttpOptions, IntoEndpoint, Scope, SocketOptions, URLRouter};

use crate::{
    accounts::{self, SocketSession},
    assets,
    chat::{self, ChatConsumer},
    error::{Error, Result},
    friends, health,
    parts::Parts,
    preferences,
    security::{client_addr::client_of_scope, csrf::OwnPages, hosts::OwnHosts},
};

/// What is the same for everybody, and costs no look at the session.
pub(crate) fn files(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/static/{hash}/{path:.*}",
        web::get().to(assets::show_asset),
    )
    .route("/healthz", web::get().to(health::show_health))
    .route("/readyz", web::get().to(health::show_readiness))
    .route("/ws/{rest:.*}", web::to(ask_for_upgrade));
}

/// Requests for an upgrade never come here.
async fn ask_for_upgrade() -> HttpResponse {
    HttpResponse::UpgradeRequired()
        .insert_header((UPGRADE, "websocket"))
        .insert_header((SEC_WEBSOCKET_VERSION, "13"))
        // The connection ends after a request that names it for an upgrade; say so.
        .force_close()
        .body("This address speaks WebSocket only")
}

/// The pages and forms.
pub(crate) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .configure(accounts::routes)
        .configure(preferences::routes)
        .configure(friends::routes)
        .configure(chat::routes)
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse> {
    Err(Error::NotFound)
}

/// The consumer of a chat at `path`, for who has a session and not too many sockets.
fn consumer(parts: &Parts, path: &str) -> Endpoint {
    let consumer = Arc::new(parts.consumer.clone());
    let proxies = parts.proxies.clone();
    let chat = move |scope: &Scope| ChatConsumer::new(&consumer, client_of_scope(&proxies, scope));
    URLRouter::new()
        .path(path, chat)
        .wrap(parts.connections.clone())
        .wrap(SocketSession::new(parts.sessions.clone()))
        .into_endpoint()
}

/// The same consumer as a stream of events, for networks that let no WebSocket through. Browsers
/// name no Origin when they ask for a stream of their own site, so that is told by other signs.
pub(crate) fn streams(parts: &Parts, cfg: &mut web::ServiceConfig) {
    let guarded = consumer(parts, "events/")
        .wrap(OwnPages::new(parts.site.clone()))
        .wrap(OwnHosts::new(parts.site.clone()));
    let options = HttpOptions::new().outbox_bytes(parts.consumer.limits.socket_queue_bytes);
    let stream = parts.streams.route(guarded, &parts.layer, options);
    cfg.service(web::resource("/events/").route(stream));
}

/// The socket, with a middleware stack of its own: host, Origin, session, how many.
pub(crate) fn sockets(parts: &Parts) -> (Endpoint, SocketOptions) {
    let router = consumer(parts, "ws/")
        .wrap(parts.origins.clone())
        .wrap(OwnHosts::new(parts.site.clone()));
    let limits = &parts.consumer.limits;
    let options = SocketOptions::new()
        .max_message_bytes(limits.max_message_bytes)
        .max_frame_bytes(limits.max_message_bytes)
        .ping_interval(limits.ping_interval.0)
        .idle_timeout(limits.idle_timeout.0)
        .outbox_bytes(limits.socket_queue_bytes)
        // Each socket asks again and again whether its session still holds; age alone ends none.
        .websocket_timeout(None);
    (router, options)
}
