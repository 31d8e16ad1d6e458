//! Middleware: the headers that every answer carries, errors and static files too.
//!
//! They tell browsers to run nothing that we did not ship and to give nothing away. A view may set
//! `Cache-Control` or a stricter `Content-Security-Policy` of its own.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};

use super::Site;

const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
const TWO_YEARS: &str = "max-age=63072000; includeSubDomains";

/// The headers of one site; registered as `web::Data`.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
    unless_set: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    /// # Errors
    /// Never for an address that the settings let through: it has no control characters.
    pub fn new(site: &Site) -> Result<Self, InvalidHeaderValue> {
        let fixed = |name, value| (name, HeaderValue::from_static(value));
        let mut always = vec![
            fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            fixed(header::REFERRER_POLICY, "same-origin"),
            fixed(header::X_FRAME_OPTIONS, "DENY"),
            fixed(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
            fixed(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
            fixed(header::PERMISSIONS_POLICY, PERMISSIONS),
        ];
        if site.is_https() {
            always.push(fixed(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS));
        }
        let policy = HeaderValue::try_from(content_security_policy(site))?;
        let unless_set = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            // Every page holds a form token, so none is for a shared cache. Assets set their own.
            fixed(header::CACHE_CONTROL, "no-store"),
        ];
        Ok(Self { always, unless_set })
    }

    fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.always {
            headers.insert(name.clone(), value.clone());
        }
        for (name, value) in &self.unless_set {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
    }
}

/// `App::wrap(from_fn(headers::add))`; needs `web::Data<SecurityHeaders>`.
pub async fn add<B: MessageBody + 'static>(
    headers: web::Data<SecurityHeaders>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    match next.call(request).await {
        Ok(mut response) => {
            headers.add_to(response.headers_mut());
            Ok(response)
        }
        // A middleware further in gave up: its answer needs the headers no less.
        Err(error) => {
            let mut response: HttpResponse = error.error_response();
            headers.add_to(response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// `'self'` covers sockets only in newer browsers, so their addresses stand beside it; all but
/// IPv6 ones, which the grammar of the policy does not know.
fn content_security_policy(site: &Site) -> String {
    let sockets: String = site
        .origins()
        .iter()
        .filter(|origin| !origin.contains('['))
        .filter_map(|origin| origin.strip_prefix("http"))
        .map(|rest| format!(" ws{rest}"))
        .collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
         font-src 'self'; media-src 'self' blob:; connect-src 'self'{sockets}; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         worker-src 'self'; require-trusted-types-for 'script'; trusted-types parlour-fragment"
    )
}
