//! Middleware: the security headers of every answer, including errors and static files.
//!
//! They make browsers run only our own scripts, and reveal nothing to other sites. A view may set
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

/// The headers of one site. Registered as `web::Data`.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
    unless_set: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    /// Builds the headers.
    ///
    /// # Errors
    /// Never for addresses that passed the settings, because these have no control characters.
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
            // Every page contains a form token, so no shared cache may store it. Assets set their
            // own value.
            fixed(header::CACHE_CONTROL, "no-store"),
        ];
        Ok(Self { always, unless_set })
    }

    /// Returns all headers as text, for the answers that pass no App: denied handshakes, and what
    /// cannot be parsed.
    pub fn of_all_answers(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.always.iter().chain(&self.unless_set);
        all.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
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

/// `App::wrap(from_fn(headers::add))`. Needs `web::Data<SecurityHeaders>`.
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
        // An error from an inner middleware needs the headers, too.
        Err(error) => {
            let mut response: HttpResponse = error.error_response();
            headers.add_to(response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Builds the policy. Only newer browsers include sockets in `'self'`, so socket addresses are
/// listed, too. IPv6 addresses are not, because the policy's grammar does not allow them.
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
