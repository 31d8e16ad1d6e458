//! Pages of the chat.
pub fn routes(_: &mut actix_web::web::ServiceConfig) {}
