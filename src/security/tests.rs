//! Tests of the middleware around a small App, in the order of `routes`.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, Error as ActixError, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::headers::SecurityHeaders;
use super::{Csrf, SecretKeys, Site, csrf, headers, hosts, request_log};
use crate::config::Settings;
use crate::db::Epoch;
use crate::error::Error;

const ORIGIN: (&str, &str) = ("origin", "https://chat.example.org");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[derive(Deserialize)]
struct Tea {
    kind: String,
}

/// Returns a page with its token and a form.
async fn show(csrf: web::Data<Csrf>, request: HttpRequest) -> HttpResponse {
    let page = csrf.token_for(&request);
    let mut response = HttpResponse::Ok();
    if let Some(cookie) = page.cookie {
        response.cookie(cookie);
    }
    response.body(page.token)
}

async fn brew(tea: web::Form<Tea>) -> String {
    tea.into_inner().kind
}

async fn site()
-> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = ActixError>
{
    let mut settings = Settings::for_data("unused");
    settings.public_url = Some("https://chat.example.org".parse().unwrap());
    let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
    let keys = SecretKeys::ephemeral().unwrap();
    let app = App::new()
        .app_data(web::Data::new(Csrf::new(
            &keys,
            &Epoch::random(),
            &site,
            &settings.limits,
        )))
        .app_data(web::Data::new(SecurityHeaders::new(&site).unwrap()))
        .app_data(web::Data::new(site))
        .wrap(from_fn(csrf::guard))
        .wrap(from_fn(hosts::guard))
        .wrap(from_fn(headers::add))
        .wrap(from_fn(request_log::write))
        .route("/tea/", web::get().to(show))
        .route("/tea/", web::post().to(brew));
    init_service(app).await
}

fn get(path: &str) -> TestRequest {
    TestRequest::get()
        .uri(path)
        .insert_header(("host", "chat.example.org"))
}

fn post(body: String) -> TestRequest {
    TestRequest::post()
        .uri("/tea/")
        .insert_header(("host", "chat.example.org"))
        .insert_header(ORIGIN)
        .insert_header(FORM)
        .set_payload(body)
}

/// Opens a page, and returns its token and cookie.
async fn open_page(
    app: &impl Service<
        actix_http::Request,
        Response = ServiceResponse<impl MessageBody>,
        Error = ActixError,
    >,
) -> (String, actix_web::cookie::Cookie<'static>) {
    let page = app.call(get("/tea/").to_request()).await.unwrap();
    let cookie = page.response().cookies().next().unwrap().into_owned();
    let token = read_body(page).await;
    (String::from_utf8(token.to_vec()).unwrap(), cookie)
}

#[actix_web::test]
async fn a_form_with_its_token_reaches_the_view_whole() {
    let app = site().await;
    let (token, cookie) = open_page(&app).await;
    assert!(cookie.name().starts_with("__Host-") && cookie.http_only() == Some(true));

    let form = post(format!("kind=green+tea&csrf_token={token}")).cookie(cookie.clone());
    let answer = app.call(form.to_request()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(read_body(answer).await, "green tea");

    let script = post("kind=mint".to_owned())
        .cookie(cookie)
        .insert_header(("x-csrf-token", token));
    let answer = app.call(script.to_request()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[actix_web::test]
async fn a_form_without_its_token_or_cookie_is_refused() {
    let app = site().await;
    let (token, cookie) = open_page(&app).await;
    let (_, other_cookie) = open_page(&app).await;
    let signed = format!("kind=mint&csrf_token={token}");

    let forged = [
        post("kind=mint".to_owned()).cookie(cookie.clone()),
        post("kind=mint&csrf_token=".to_owned()).cookie(cookie.clone()),
        post(signed.clone()),
        post(signed.clone()).cookie(other_cookie),
        post(signed.clone())
            .cookie(cookie.clone())
            .insert_header(("origin", "https://evil.test")),
        post(signed)
            .cookie(cookie)
            .insert_header(("content-type", "text/plain")),
    ];
    for form in forged {
        let answer = app.call(form.to_request()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn a_form_over_its_limit_is_too_large() {
    let app = site().await;
    let (token, cookie) = open_page(&app).await;
    let long = format!("csrf_token={token}&kind={}", "x".repeat(64 * 1024));

    let answer = app
        .call(post(long).cookie(cookie).to_request())
        .await
        .unwrap();

    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[actix_web::test]
async fn a_route_that_does_not_exist_is_guarded_too() {
    let app = site().await;

    let answer = app
        .call(post(String::new()).uri("/nowhere/").to_request())
        .await
        .unwrap();

    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn foreign_hosts_are_refused() {
    let app = site().await;
    let foreign = [
        TestRequest::get()
            .uri("/tea/")
            .insert_header(("host", "evil.test")),
        get("/tea/").append_header(("host", "evil.test")),
        TestRequest::get().uri("/tea/"),
    ];
    for request in foreign {
        let answer = app.call(request.to_request()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
}

#[actix_web::test]
async fn every_answer_carries_the_headers() {
    let app = site().await;
    let requests = [
        get("/tea/"),
        get("/nowhere/"),
        post(String::new()),
        TestRequest::get()
            .uri("/")
            .insert_header(("host", "evil.test")),
    ];
    for request in requests {
        let answer = app.call(request.to_request()).await.unwrap();
        let headers = answer.headers();
        for name in [
            "x-content-type-options",
            "referrer-policy",
            "x-frame-options",
            "permissions-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
        ] {
            assert!(headers.contains_key(name), "{name}");
        }
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "no-store");
        let policy = headers
            .get(CONTENT_SECURITY_POLICY)
            .unwrap()
            .to_str()
            .unwrap();
        assert!(
            policy.contains("connect-src 'self' wss://chat.example.org;"),
            "{policy}"
        );
        assert!(headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }
}

async fn give_up<B: MessageBody + 'static>(
    _request: ServiceRequest,
    _next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    Err(Error::Busy("always").into())
}

#[actix_web::test]
async fn an_error_of_a_middleware_carries_the_headers_too() {
    let settings = Settings::for_data("unused");
    let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
    let app = App::new()
        .app_data(web::Data::new(SecurityHeaders::new(&site).unwrap()))
        .wrap(from_fn(give_up))
        .wrap(from_fn(headers::add));
    let app = init_service(app).await;

    let error = app
        .call(get("/").to_request())
        .await
        .map(|_| ())
        .unwrap_err();

    let answer = error.error_response();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers().get("x-frame-options").unwrap(), "DENY");
    assert!(answer.headers().contains_key("retry-after"));
    assert!(
        !answer.headers().contains_key(STRICT_TRANSPORT_SECURITY),
        "plain http"
    );
}
