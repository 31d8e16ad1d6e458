//! The outermost middleware: gives each request an id, and writes one access log line when it is
//! answered.
//!
//! The line has the pattern of the route and never the requested URL, because URLs contain tokens
//! and queries. It has no bodies, cookies or names either.

use std::fmt;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

use super::client_addr;

/// The maximum length of a method in the log. Only one registered method (IANA) is longer.
const METHOD_CHARS: usize = 16;

/// The id of a request, shown in the log and on the error page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Returns the id that the middleware gave to `request`, or a new one without the middleware.
    pub fn of(request: &HttpRequest) -> Self {
        let known = request.extensions().get::<Self>().cloned();
        known.unwrap_or_else(Self::new)
    }

    fn new() -> Self {
        Self(Uuid::new_v4().simple().to_string()[..12].to_owned())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The signed-in person, whom the session middleware stores in the request's extensions for the
/// log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActingUser(pub i64);

/// `App::wrap(from_fn(request_log::write))`.
pub async fn write<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let started = Instant::now();
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let mut line = Line {
        id,
        method: shown_method(request.method()),
        client: client_addr(request.request()).to_string(),
        route: "-".to_owned(),
        user: "-".to_owned(),
    };
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(response) => {
            line.learn_from(response.request());
            response.status()
        }
        Err(error) => error.as_response_error().status_code(),
    };
    line.write(status, started);
    answer
}

/// Shortens a method for the log, because a client can send one of any length.
fn shown_method(method: &Method) -> String {
    method.as_str().chars().take(METHOD_CHARS).collect()
}

struct Line {
    id: RequestId,
    method: String,
    client: String,
    route: String,
    user: String,
}

impl Line {
    fn learn_from(&mut self, request: &HttpRequest) {
        if let Some(route) = request.match_pattern() {
            self.route = route;
        }
        if let Some(ActingUser(id)) = request.extensions().get() {
            self.user = id.to_string();
        }
    }

    fn write(&self, status: StatusCode, started: Instant) {
        let (method, route) = (&self.method, self.route.as_str());
        let (user, client) = (self.user.as_str(), self.client.as_str());
        let (request, status) = (self.id.0.as_str(), status.as_u16());
        let took_ms = started.elapsed().as_millis();
        log::info!(
            target: "parlour::access",
            request, user, route, status, took_ms, client;
            "{method} {route} {status} {took_ms}ms request={request} user={user} client={client}"
        );
    }
}
