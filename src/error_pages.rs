//! Middleware that dresses an error status as a page, for whoever reads pages; a missing sign-in
//! becomes the way to the log-in. Errors stay plain text where no page is asked for, and where
//! the error page itself fails.

use actix_web::{
    HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap},
    },
    middleware::Next,
    web,
};
use serde_json::json;
use url::form_urlencoded;

use crate::{assets, security::request_log::RequestId, templates::Templates, words};

/// `App::wrap(from_fn(error_pages::dress))`; needs `web::Data<Templates>`.
pub(crate) async fn dress<B: MessageBody + 'static>(
    templates: web::Data<Templates>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let asked = request.request().clone();
    let response = match next.call(request).await {
        Ok(response) if !is_plain_error(response.status(), response.headers()) => {
            return Ok(response.map_into_left_body());
        }
        Ok(response) => response.map_into_boxed_body().into_parts().1,
        Err(error) => error.error_response(),
    };
    let response = if response.status() == StatusCode::UNAUTHORIZED {
        to_login(&asked)
    } else if reads_pages(&asked) {
        dressed(&templates, &asked, response)
    } else {
        response
    };
    Ok(ServiceResponse::new(asked, response).map_into_right_body())
}

/// A page of our own says more than the error page could.
fn is_plain_error(status: StatusCode, headers: &HeaderMap) -> bool {
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    is_error && !kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn reads_pages(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Back to the page after signing in, if it was one that can be asked for again.
fn to_login(request: &HttpRequest) -> HttpResponse {
    let wanted = match (request.method(), request.uri().path_and_query()) {
        (&Method::GET | &Method::HEAD, Some(wanted)) => wanted.as_str(),
        _ => "/",
    };
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("/accounts/login/?next={next}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

fn dressed(templates: &Templates, request: &HttpRequest, plain: HttpResponse) -> HttpResponse {
    let status = plain.status();
    let key = words_key(status);
    let heading = words::text(&format!("error-{key}-heading"));
    let theme = request.cookie("parlour_theme").map(|cookie| cookie.value().to_owned());
    let theme = theme.filter(|theme| theme == "light" || theme == "dark");
    let page = templates.render(
        "error",
        &json!({
            "lang": "en",
            "title": heading,
            "assets": assets::prefix(),
            "csrf_token": "",
            "theme": theme.as_deref().unwrap_or("system"),
            "path": request.path(),
            "me": null,
            "notice": null,
            "status": status.as_u16(),
            "heading": heading,
            "text": words::text(&format!("error-{key}-text")),
            "request_id": RequestId::of(request).to_string(),
        }),
    );
    match page {
        Ok(page) => {
            let (head, _) = plain.into_parts();
            let mut dressed = head.set_body(page).map_into_boxed_body();
            let html = header::HeaderValue::from_static("text/html; charset=utf-8");
            dressed.headers_mut().insert(header::CONTENT_TYPE, html);
            dressed
        }
        Err(error) => {
            log::error!(target: "parlour::http", "the error page failed: {error}");
            plain
        }
    }
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
