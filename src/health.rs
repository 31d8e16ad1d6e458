//! `/healthz`: the process answers. `/readyz`: it can also store. Neither says more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, web};

use crate::db::Database;

/// Turned on at the start of the end: a balancer then sends nobody here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on `/readyz` says no.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

pub(crate) async fn show_health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

pub(crate) async fn show_readiness(
    database: web::Data<Database>,
    stopping: web::Data<Stopping>,
) -> HttpResponse {
    if !stopping.has_begun() && database.is_ready().await {
        HttpResponse::Ok().content_type("text/plain").body("ready")
    } else {
        HttpResponse::ServiceUnavailable()
            .content_type("text/plain")
            .body("not ready")
    }
}
