//! Middleware that answers HEAD wherever GET is answered: with the same head, but without the body.
//!
//! Routes, limits and error pages see a GET. Side effects of a GET, for example marking messages as
//! read, check [`AskedForHead`].

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Bytes,
};

/// Marks a request for the head alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskedForHead;

/// `App::wrap(from_fn(head_requests::answer))`, directly inside the access log.
pub(crate) async fn answer<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    if request.method() != Method::HEAD {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    request.head_mut().method = Method::GET;
    request.extensions_mut().insert(AskedForHead);
    let response = next.call(request).await?;
    Ok(response
        .map_body(|_, body| Unsent(body.size()))
        .map_into_right_body())
}

/// A body that is not sent. Its size stays in the head.
struct Unsent(BodySize);

impl MessageBody for Unsent {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
