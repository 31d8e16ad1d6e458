//! All responses: the headers that each has, what error pages say, and what none may reveal.

use reqwest::Method;

use crate::support::Site;

#[tokio::test]
async fn every_answer_carries_the_headers_that_tie_the_browser_down() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let page = ana.open("/").await;
    let style = page
        .attribute("link[rel=stylesheet]", "href")
        .expect("a style sheet");

    for path in [
        "/",
        "/friends/",
        "/rooms/99/",
        "/nowhere",
        "/accounts/login/",
        "/healthz",
        &style,
    ] {
        let answer = ana.get(path).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types parlour-fragment",
        ] {
            assert!(policy.contains(part), "{path}: {part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(
            answer.header("permissions-policy").contains("camera=()"),
            "{path}"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not over plain http"
        );
        assert_eq!(answer.header("server"), "", "no version to look up");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn pages_of_people_are_not_stored() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = format!("/rooms/{}/", ana.room_with(&bo).await);

    for path in ["/", "/friends/", "/accounts/devices/", &room] {
        assert_eq!(
            ana.open(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}

#[tokio::test]
async fn files_come_compressed_for_whoever_takes_that_and_caches_are_told() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let login = visitor.open("/accounts/login/").await;
    let style = login.attribute("link[rel=stylesheet]", "href").unwrap();
    let ask = async |accepted: &'static str| {
        let request = visitor.request(Method::GET, &style);
        let answer = request.header("Accept-Encoding", accepted).send().await;
        let answer = answer.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let (coding, vary) = (header("content-encoding"), header("vary"));
        assert!(vary.contains("accept-encoding"), "{accepted}: {vary}");
        (coding, answer.bytes().await.unwrap().len())
    };

    let (coding, plain_len) = ask("identity").await;
    assert_eq!(coding, "");
    let (coding, len) = ask("gzip").await;
    assert_eq!(coding, "gzip");
    assert!(len < plain_len, "{len} of {plain_len} bytes");
    // Made by release builds only.
    let (coding, len) = ask("gzip, br").await;
    assert!(["br", "gzip"].contains(&coding.as_str()), "{coding}");
    assert!(len < plain_len, "{len} of {plain_len} bytes");
    assert_eq!(ask("gzip;q=0, br;q=0").await, (String::new(), plain_len));
}

#[tokio::test]
async fn no_page_holds_a_script_or_a_style_of_its_own() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = format!("/rooms/{}/", ana.room_with(&bo).await);
    let block = format!("/friends/{}/block/", bo.id);

    for path in [
        "/",
        "/friends/",
        "/accounts/devices/",
        "/accounts/password/",
        &room,
        &block,
        "/nowhere",
    ] {
        let page = ana.get(path).await;
        assert!(
            !page.has("style, [style], [onclick], [onload], a[href^='javascript:']"),
            "{path}"
        );
        assert!(
            !page.has("script:not([src]):not([type='application/json'])"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn errors_have_a_page_with_a_way_back_and_tell_no_cause() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let page = ana.get("/rooms/999999/").await;

    assert_eq!(page.status, 404);
    assert!(page.has("a[href='/']"), "{}", page.body);
    for secret in [
        "diesel",
        "sqlite",
        "src/",
        "panicked",
        "NotFound",
        env!("CARGO_PKG_VERSION"),
    ] {
        assert!(!page.texts("body").concat().contains(secret), "{secret}");
    }
}
