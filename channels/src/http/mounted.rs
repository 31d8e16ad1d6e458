//! The driver for an actix-web App: one route whose consumers answer requests.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, Version};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Route, web};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::time::timeout;

use super::exchange::{Exchange, Responding, open};
use super::options::HttpOptions;
use super::pump::{CutOff, Parts};
use crate::answer::Deny;
use crate::front::Front;
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::{Protocol, Scope};
use crate::socket::{KillHandle, Registry, scope_builder};

/// Mounts an application in an actix-web App, under every path of its resource.
///
/// It may be the same application that answers WebSockets: each request is routed to the consumers
/// of its protocol. The App's own middleware also handles the request. [`Server`](crate::Server)
/// notifies a consumer at once when its client disconnects; give any other server
/// `h1_allow_half_closed(false)` and [`on_connect`](crate::socket::on_connect) for that.
///
/// ```
/// use actix_web::{App, web};
/// use channels::http::HttpOptions;
/// use channels::{Layer, Scope, URLRouter};
/// # use channels::http::{Http, HttpConsumer, HttpContext};
/// # use channels::{HandlerResult, IntoEndpoint as _};
/// # struct Ping;
/// # impl HttpConsumer for Ping {
/// #     type Event = ();
/// #     async fn handle(&mut self, _: bytes::Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
/// #         Ok(ctx.send_response(200, "pong")?)
/// #     }
/// # }
/// let layer = Layer::in_memory();
/// let consumers = URLRouter::new().path("live/ping/", |_: &Scope| Http(Ping)).into_endpoint();
/// let app = move || {
///     let route = channels::http::mounted(consumers.clone(), &layer, HttpOptions::new());
///     App::new().service(web::resource("/live/{tail:.*}").route(route))
/// };
/// # let _ = app;
/// ```
pub fn mounted(app: impl IntoEndpoint, layer: &Layer, options: HttpOptions) -> Route {
    let mount = Rc::new(Mount {
        app: app.into_endpoint(),
        layer: layer.clone(),
        options,
    });
    web::route().to(move |request: HttpRequest, payload: web::Payload| {
        let mount = Rc::clone(&mount);
        async move { mount.respond(&request, payload).await }
    })
}

struct Mount {
    app: Endpoint,
    layer: Layer,
    options: HttpOptions,
}

impl Mount {
    async fn respond(&self, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
        let entry = match Registry::enter_for(request) {
            Ok(entry) => entry,
            Err(deny) => return refused(deny),
        };
        let exchange = Exchange {
            app: &self.app,
            layer: &self.layer,
            options: &self.options,
            kill: KillHandle::of(request),
            entry,
        };
        let body = read_body(request, payload, &self.options);
        match open(exchange, scope_of(request, Protocol::Http), body).await {
            Err(deny) => refused(deny),
            Ok(Responding { head, mut parts }) => {
                let mut response = build(head.status, &head.headers);
                match parts.whole() {
                    Some(body) => response.body(body),
                    None => response.streaming(Body {
                        parts,
                        cut_off: None,
                    }),
                }
            }
        }
    }
}

pub(super) fn scope_of(request: &HttpRequest, protocol: Protocol) -> Scope {
    let head = request.head();
    let version = match head.version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    };
    scope_builder(head, &Front::default().arrival_of(request))
        .protocol(protocol)
        .method(head.method.as_str())
        .http_version(version)
        .build()
}

async fn read_body(
    request: &HttpRequest,
    mut payload: web::Payload,
    options: &HttpOptions,
) -> Result<Bytes, Deny> {
    let limit = options.max_body_bytes;
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let reading = async {
        let mut body = BytesMut::new();
        while let Some(part) = payload.next().await {
            let Ok(part) = part else {
                return Err(Deny::status(400).text("The body is not whole"));
            };
            if body.len() + part.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&part);
        }
        Ok(body.freeze())
    };
    let read = timeout(options.body_timeout, reading).await;
    read.unwrap_or_else(|_| Err(Deny::status(408).text("The body took too long")))
}

fn too_large() -> Deny {
    Deny::status(413).text("The body is too large")
}

pub(super) fn refused(deny: Deny) -> HttpResponse {
    build(deny.status, &deny.headers).body(deny.body)
}

pub(super) fn build(status: u16, headers: &[(String, String)]) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(status);
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        match (name, HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                response.append_header((name, value));
            }
            _ => log::error!(target: "channels::http", "an illegal header was left out"),
        }
    }
    response
}

/// The response body: the consumer's frames, at the speed of the client.
struct Body {
    parts: Parts,
    cut_off: Option<CutOff>,
}

impl Stream for Body {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(cut_off) = self.cut_off {
            return Poll::Ready(Some(Err(ErrorInternalServerError(cut_off))));
        }
        match self.parts.poll_next(cx) {
            Poll::Ready(Some(Err(cut_off))) => {
                // If a body fails, actix drops the bytes that it has not written, so this lets it
                // write first.
                self.cut_off = Some(cut_off);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(Some(Ok(part))) => Poll::Ready(Some(Ok(part))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}
