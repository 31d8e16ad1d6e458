use actix_web::http::StatusCode;

use super::browser::Browser;
use super::site::{PASSWORD, TestSite, heard};
use crate::accounts::{EndReason, still_valid};

const PATH: &str = "/accounts/devices/";

#[actix_web::test]
async fn both_browsers_are_listed_and_one_is_this() {
    let site = TestSite::new().await;
    let mut here = Browser::of(&site, "ana").await;
    Browser::logged_in(&site, "ana").await;

    let page = here.get(PATH).await.body;

    assert!(
        page.contains("Firefox · Linux") && page.contains("Chrome · Windows"),
        "{page}"
    );
    assert!(page.contains("192.0.2.1"));
    assert_eq!(page.matches("class=\"tag\"").count(), 1);
    assert_eq!(page.matches("/revoke/\"").count(), 1);
}

#[actix_web::test]
async fn a_revoked_device_is_out_and_its_sockets_hear_of_it() {
    let site = TestSite::new().await;
    let mut here = Browser::of(&site, "ana").await;
    let mut there = Browser::logged_in(&site, "ana").await;
    let elsewhere = site
        .sessions
        .open(&there.cookie_header())
        .await
        .unwrap()
        .unwrap();
    let mut sockets = site.listen(&elsewhere.user).await;
    assert!(
        still_valid(&site.database, &elsewhere.session)
            .await
            .unwrap()
    );
    here.get(PATH).await;

    let path = format!("/accounts/devices/{}/revoke/", elsewhere.session.id_hash);
    here.post(&path, &[]).await.leads_to(PATH);

    assert!(here.is_inside().await);
    assert!(!there.is_inside().await);
    assert!(
        !still_valid(&site.database, &elsewhere.session)
            .await
            .unwrap()
    );
    assert_eq!(
        heard(&mut sockets).await.ends(&elsewhere.session),
        Some(EndReason::Revoked)
    );
    assert_eq!(
        here.post(&path, &[]).await.status,
        StatusCode::NOT_FOUND,
        "gone"
    );
}

#[actix_web::test]
async fn a_stranger_s_device_is_missing_and_stays_in() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let mut bo = Browser::of(&site, "bo").await;
    let of_bo = site
        .sessions
        .open(&bo.cookie_header())
        .await
        .unwrap()
        .unwrap();
    ana.get(PATH).await;

    let foreign = ana
        .post(&format!("{PATH}{}/revoke/", of_bo.session.id_hash), &[])
        .await;
    let missing = ana.post(&format!("{PATH}0000/revoke/"), &[]).await;

    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(
        (foreign.status, foreign.body),
        (missing.status, missing.body)
    );
    assert!(bo.is_inside().await);
}

#[actix_web::test]
async fn all_others_go_at_once_and_a_login_on_its_way_does_not_slip_through() {
    let site = TestSite::new().await;
    let mut here = Browser::of(&site, "ana").await;
    let mut others = [
        Browser::logged_in(&site, "ana").await,
        Browser::logged_in(&site, "ana").await,
    ];
    let epoch = here_epoch(&site, &here).await;
    here.get(PATH).await;

    here.post("/accounts/devices/revoke-others/", &[])
        .await
        .leads_to(PATH);

    assert!(here.is_inside().await);
    for other in &mut others {
        assert!(!other.is_inside().await);
    }
    assert_eq!(here_epoch(&site, &here).await, epoch + 1);
}

async fn here_epoch(site: &TestSite, browser: &Browser) -> i64 {
    let signed_in = site
        .sessions
        .open(&browser.cookie_header())
        .await
        .unwrap()
        .unwrap();
    signed_in.session.epoch
}

#[actix_web::test]
async fn visitors_see_none_of_it() {
    let site = TestSite::new().await;
    let mut visitor = Browser::new(&site);
    visitor.get("/accounts/login/").await;

    for path in [PATH, "/accounts/password/"] {
        assert_eq!(
            visitor.get(path).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", "black coffee at nine"),
        ("new_password_again", "black coffee at nine"),
    ];
    for path in [
        "/accounts/password/",
        "/accounts/devices/revoke-others/",
        "/accounts/devices/0000/revoke/",
    ] {
        assert_eq!(
            visitor.post(path, &fields).await.status,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn the_theme_is_kept_and_the_way_back_is_local() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    assert!(ana.get(PATH).await.body.contains("data-theme=\"system\""));

    let fields = [("theme", "dark"), ("next", "//evil.test/")];
    ana.post("/appearance/", &fields).await.leads_to("/");

    assert!(ana.get(PATH).await.body.contains("data-theme=\"dark\""));
}
