//! Middleware that renders an error status as a page for clients that accept HTML. A missing
//! sign-in redirects to the log-in. The page of a refused form shows what was typed. Other clients
//! get plain text, and so does everybody if the error page itself fails.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web,
};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    accounts::{KeptForm, Layout, Looks, answer_refused_form},
    security::{
        csrf::{StaleToken, SubmittedForm},
        request_log::RequestId,
    },
    templates::Templates,
    words,
};

/// `App::wrap(from_fn(error_pages::dress))`; needs `web::Data<Templates>`.
pub(crate) async fn dress<B: MessageBody + 'static>(
    templates: web::Data<Templates>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let asked = Asked::new(request.request());
    match next.call(request).await {
        Ok(response) if !is_plain_error(response.status(), response.headers()) => {
            Ok(response.map_into_left_body())
        }
        Ok(response) => {
            let (request, plain) = response.map_into_boxed_body().into_parts();
            let response = match asked.renew(&request) {
                Some(renewed) => renewed,
                None => asked.answer(&templates, plain),
            };
            Ok(ServiceResponse::new(request, response).map_into_right_body())
        }
        Err(error) => {
            let response = asked.answer(&templates, error.error_response());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// The parts of a request that an error page needs. The request itself must be returned to actix.
struct Asked {
    path: String,
    /// The page to return to after log-in.
    wanted: String,
    reads_pages: bool,
    looks: Looks,
    request_id: String,
    form: SubmittedForm,
}

impl Asked {
    fn new(request: &HttpRequest) -> Self {
        let wanted = match (request.method(), request.uri().path_and_query()) {
            (&Method::GET | &Method::HEAD, Some(wanted)) => wanted.as_str(),
            _ => "/",
        };
        let accept = request
            .headers()
            .get(header::ACCEPT)
            .map(|accept| String::from_utf8_lossy(accept.as_bytes()));
        let form = SubmittedForm::default();
        request.extensions_mut().insert(form.clone());
        Self {
            path: request.path().to_owned(),
            wanted: wanted.to_owned(),
            reads_pages: accept.is_some_and(|accept| accept.contains("text/html")),
            looks: Looks::of(request),
            request_id: RequestId::of(request).to_string(),
            form,
        }
    }

    /// Returns the answer to a form of a page whose session has ended or changed since.
    fn renew(&self, request: &HttpRequest) -> Option<HttpResponse> {
        request.extensions().get::<StaleToken>()?;
        let body = self.form.body().filter(|_| self.reads_pages)?;
        answer_refused_form(request, &body).unwrap_or_else(|error| {
            log::error!(target: "parlour::http", "a refused form was not kept: {error}");
            None
        })
    }

    fn answer(&self, templates: &Templates, plain: HttpResponse) -> HttpResponse {
        if plain.status() == StatusCode::UNAUTHORIZED {
            self.to_login()
        } else if self.reads_pages {
            self.dressed(templates, plain)
        } else {
            plain
        }
    }

    /// Redirects to the log-in, and back to the page afterwards, if that can be loaded again with
    /// GET.
    fn to_login(&self) -> HttpResponse {
        let next: String = form_urlencoded::byte_serialize(self.wanted.as_bytes()).collect();
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("/accounts/login/?next={next}")))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    }

    fn dressed(&self, templates: &Templates, plain: HttpResponse) -> HttpResponse {
        match templates.render("error", &self.page(plain.status())) {
            Ok(page) => {
                let (head, _) = plain.into_parts();
                let mut dressed = head.set_body(page).map_into_boxed_body();
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                dressed.headers_mut().insert(header::CONTENT_TYPE, html);
                dressed
            }
            Err(error) => {
                log::error!(target: "parlour::http", "the error page failed: {error}");
                plain
            }
        }
    }

    fn page(&self, status: StatusCode) -> ErrorPage<'_> {
        let key = words_key(status);
        let heading = words::text(&format!("error-{key}-heading"));
        let form = self.form.body();
        ErrorPage {
            layout: Layout::for_visitor(heading.clone(), self.looks, self.path.clone()),
            heading,
            text: words::text(&format!("error-{key}-text")),
            request_id: &self.request_id,
            kept: form.and_then(|form| KeptForm::read(&form, &self.path, status)),
        }
    }
}

/// The data of `error.hbs`.
#[derive(Serialize)]
struct ErrorPage<'a> {
    #[serde(flatten)]
    layout: Layout,
    heading: String,
    text: String,
    request_id: &'a str,
    /// The form that was refused.
    kept: Option<KeptForm>,
}

/// Returns whether the response has no page of its own, which would say more than the error page.
fn is_plain_error(status: StatusCode, headers: &HeaderMap) -> bool {
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    is_error && !kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn words_key(status: StatusCode) -> u16 {
    match status.as_u16() {
        405 => 404,
        431 => 413,
        408 => 503,
        known @ (400 | 403 | 404 | 409 | 413 | 429 | 503) => known,
        _ if status.is_client_error() => 400,
        _ => 500,
    }
}
