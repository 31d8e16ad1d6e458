//! The security middleware: hosts, origins, CSRF tokens, headers, size limits.

use reqwest::Method;

use crate::support::{PASSWORD, Page, Person, Site};

async fn log_in_with(visitor: &Person, headers: &[(&str, &str)], token: Option<&str>) -> Page {
    let mut fields = vec![("username", "ana"), ("password", PASSWORD)];
    fields.extend(token.map(|token| ("csrf_token", token)));
    let mut request = visitor
        .request(Method::POST, "/accounts/login/")
        .form(&fields);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Page::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let (visitor, other) = (site.visitor(), site.visitor());
    let origin = visitor.origin();
    let own = visitor.csrf_token("/accounts/login/").await;
    let foreign = other.csrf_token("/accounts/login/").await;
    let headers = [("Origin", origin.as_str())];

    for token in [
        None,
        Some(""),
        Some("nonsense"),
        Some("a.b"),
        Some(foreign.as_str()),
    ] {
        assert_eq!(
            log_in_with(&visitor, &headers, token).await.status,
            403,
            "{token:?}"
        );
    }
    assert_eq!(
        log_in_with(&visitor, &headers, Some(&own)).await.status,
        303
    );
}

#[tokio::test]
async fn a_refused_form_shows_what_was_typed_and_no_password() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let typed = "Dear Bo, <b>this</b> took me an hour & a half";

    let path = format!("/rooms/{room}/messages/");
    let refused = ana
        .post(&path, &[field("body", typed), field("csrf_token", "old")])
        .await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.texts("textarea[name=body][readonly]"), [typed]);
    assert!(!refused.has("form"), "it would be refused again");

    let visitor = site.visitor();
    let fields = [
        field("username", "cy"),
        field("password", PASSWORD),
        field("csrf_token", "old"),
    ];
    let refused = visitor.post("/accounts/login/", &fields).await;
    assert_eq!(refused.texts("textarea[name=username]"), ["cy"]);
    assert!(!refused.body.contains(PASSWORD));
}

#[tokio::test]
async fn the_token_of_before_the_log_in_is_worthless_after_it() {
    let site = Site::start().await;
    let mut ana = site.visitor();
    let before = ana.csrf_token("/accounts/register/").await;
    ana.sign_up("ana").await;

    let answer = ana
        .post("/accounts/logout/", &[("csrf_token".to_owned(), before)])
        .await;

    assert_eq!(answer.status, 403);
    assert!(ana.is_signed_in().await);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_although_it_has_the_token() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let visitor = site.visitor();
    let token = visitor.csrf_token("/accounts/login/").await;
    let own = visitor.origin();
    let port = site.address.port();
    let suffix = format!("{own}.evil.example");
    let userinfo = format!("http://127.0.0.1:{port}@evil.example");
    let other_port = format!("http://127.0.0.1:{}", port ^ 1);
    let other_scheme = own.replace("http:", "https:");

    for origin in [
        "http://evil.example",
        "null",
        &suffix,
        &userinfo,
        &other_port,
        &other_scheme,
    ] {
        let headers = [("Origin", origin)];
        assert_eq!(
            log_in_with(&visitor, &headers, Some(&token)).await.status,
            403,
            "{origin}"
        );
    }
    let referer = [("Referer", "http://evil.example/form")];
    assert_eq!(
        log_in_with(&visitor, &referer, Some(&token)).await.status,
        403
    );
    for site in ["cross-site", "same-site", "none"] {
        let headers = [("Origin", own.as_str()), ("Sec-Fetch-Site", site)];
        assert_eq!(
            log_in_with(&visitor, &headers, Some(&token)).await.status,
            403,
            "{site}"
        );
    }
}

#[tokio::test]
async fn a_form_that_names_its_page_as_referer_is_taken() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let visitor = site.visitor();
    let token = visitor.csrf_token("/accounts/login/").await;
    let referer = site.url("/accounts/login/");

    let answer = log_in_with(&visitor, &[("Referer", &referer)], Some(&token)).await;

    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_refused() {
    let site = Site::start().await;
    let visitor = site.visitor();
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "127.0.0.1@evil.example",
    ] {
        let request = visitor
            .request(Method::GET, "/accounts/login/")
            .header("Host", host);
        assert_eq!(request.send().await.unwrap().status(), 400, "{host}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let fields = [("username".to_owned(), "x".repeat(140_000))];
    assert_eq!(ana.post("/friends/add/", &fields).await.status, 413);

    let long = format!("/{}", "x".repeat(20_000));
    let head = ana
        .request(Method::GET, &long)
        .send()
        .await
        .map(|answer| answer.status().as_u16());
    assert!(
        matches!(head, Ok(414 | 431 | 400)) || head.is_err(),
        "{head:?}"
    );
}

#[tokio::test]
async fn health_is_told_and_nothing_else() {
    let site = Site::start().await;
    let visitor = site.visitor();

    for path in ["/healthz", "/readyz"] {
        let answer = visitor.open(path).await;
        assert!(answer.body.len() < 32, "{path}: {}", answer.body);
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test]
async fn somebody_without_cookies_sees_the_page_of_a_missing_path() {
    let site = Site::start().await;
    for path in [
        "/nowhere",
        "/static/none/x.js",
        "/static/../Cargo.toml",
        "/ws",
        "/accounts/",
    ] {
        let status = site.visitor().get(path).await.status;
        assert!([303, 404, 400].contains(&status), "{path}: {status}");
    }
}
