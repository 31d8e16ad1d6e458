//! Every URL of the site on one page: HTTP here, the socket in [`sockets`].

use std::sync::Arc;

use actix::Addr;
use actix_web::{HttpRequest, HttpResponse, web};
use channels::{Endpoint, OriginValidator, Scope, URLRouter};

use crate::{
    accounts, assets,
    chat::{self, ChatConsumer, ChatConsumerParts},
    error::{Error, Result},
    friends, health,
    security::Site,
};

/// The pages and forms.
pub(crate) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .route("/static/{hash}/{path:.*}", web::get().to(assets::show_asset))
        .route("/healthz", web::get().to(health::show_health))
        .route("/readyz", web::get().to(health::show_readiness))
        .configure(accounts::routes)
        .configure(friends::routes)
        .configure(chat::routes)
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse> {
    Err(Error::NotFound)
}
