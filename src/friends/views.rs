//! Pages of the friends app.
pub fn routes(_: &mut actix_web::web::ServiceConfig) {}
