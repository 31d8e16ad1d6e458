//! Middleware: refuses requests with a `Host` that is not ours, so that no inner code can be fooled
//! by it (Django's `ALLOWED_HOSTS`).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use actix_web::web;
use channels::{Connecting, Deny, Middleware, Next as Further, Scope};
use futures_util::future::{LocalBoxFuture, ready};

use super::Site;
use crate::error::Error;

/// `App::wrap(from_fn(hosts::guard))`. Needs `web::Data<Site>`. Answers 400 for a foreign host.
pub async fn guard<B: MessageBody + 'static>(
    site: web::Data<Site>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    if is_ours(&site, &request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let refusal = Error::BadRequest("this host is not served here");
    Ok(request.error_response(refusal).map_into_right_body())
}

/// The same check for sockets.
pub struct OwnHosts(Site);

impl OwnHosts {
    /// Accepts the hosts of `site`.
    pub fn new(site: Site) -> Self {
        Self(site)
    }
}

impl Middleware for OwnHosts {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Further<'a>,
    ) -> LocalBoxFuture<'a, std::result::Result<Connecting, Deny>> {
        // Repeated headers are joined by a comma, which no host contains, so they do not match.
        let host = scope.header("host");
        if host.is_some_and(|host| self.0.has_host(host)) {
            return Box::pin(next.run(scope));
        }
        let refusal = Deny::status(400).text("this host is not served here");
        Box::pin(ready(Err(refusal)))
    }
}

/// Returns whether there is exactly one `Host`, and it is ours. A target with an authority, as a
/// proxy is asked (`GET http://chat.example.org/`) or in HTTP/2, must be ours, too.
fn is_ours(site: &Site, request: &ServiceRequest) -> bool {
    let mut named = request.headers().get_all(HOST);
    let target = request.uri().authority();
    let target = target.map(|authority| site.has_host(authority.as_str()));
    match (named.next(), named.next()) {
        (Some(host), None) => {
            host.to_str().is_ok_and(|host| site.has_host(host)) && target != Some(false)
        }
        (None, None) => target == Some(true),
        _ => false,
    }
}
