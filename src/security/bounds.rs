//! Middleware: limits the size of a request's head and the time for its answer.

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderMap,
    middleware::Next,
    web,
};

use crate::{config::Limits, error::Error};

/// `App::wrap(from_fn(bounds::guard))`. Needs `web::Data<Limits>` of the settings. Answers 431 and
/// 503. Handshakes have the same limit of their head (`routes::sockets`), and a timeout of their own.
pub async fn guard<B: MessageBody + 'static>(
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    if head_bytes(
        request.uri().path_and_query().map_or("", |it| it.as_str()),
        request.headers(),
    ) > limits.max_head_bytes
    {
        let refused = HttpResponse::RequestHeaderFieldsTooLarge().finish();
        return Ok(request.into_response(refused).map_into_right_body());
    }
    match tokio::time::timeout(limits.handler_timeout.0, next.call(request)).await {
        Ok(answer) => Ok(answer?.map_into_left_body()),
        Err(_elapsed) => Err(Error::Busy("a request took too long").into()),
    }
}

/// Returns the approximate size of the request target and all header lines, in bytes.
fn head_bytes(target: &str, headers: &HeaderMap) -> usize {
    const SEPARATORS: usize = 4;
    let lines = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + SEPARATORS);
    target.len() + lines.sum::<usize>()
}
