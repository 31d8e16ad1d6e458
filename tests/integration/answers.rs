//! What every answer carries and no answer tells: headers, error pages.

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
async fn pages_of_people_are_not_stored_and_files_are_kept_for_good() {
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
    let style = ana
        .open("/")
        .await
        .attribute("link[rel=stylesheet]", "href")
        .unwrap();
    let kept = ana.open(&style).await;
    assert!(
        kept.header("cache-control").contains("immutable"),
        "{}",
        kept.header("cache-control")
    );
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
