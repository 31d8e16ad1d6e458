//! Health checks: `/healthz` (liveness: the process answers) and `/readyz` (readiness: it can store
//! data). Neither reveals more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, web};

use crate::db::Database;

/// Set at the start of a shutdown, so that a load balancer sends no more requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Makes `/readyz` fail from now on.
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
