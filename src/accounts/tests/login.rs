use std::time::Duration;

use actix_web::http::StatusCode;

use super::browser::Browser;
use super::site::{PASSWORD, TestSite, heard};
use crate::accounts::models::Credentials;
use crate::accounts::password::encode;
use crate::accounts::{EndReason, SessionEvent};

const PATH: &str = "/accounts/login/";

#[actix_web::test]
async fn after_the_login_one_is_where_one_wanted_to_go() {
    let site = TestSite::new().await;
    Browser::of(&site, "ana").await;
    for (next, path) in [
        ("/friends/?x=1", "/friends/?x=1"),
        ("//evil.test/", "/"),
        ("", "/"),
    ] {
        let mut browser = Browser::new(&site);
        browser.get("/accounts/login/?next=%2Ffriends%2F").await;
        let fields = [
            ("username", " ANA "),
            ("password", PASSWORD),
            ("next", next),
        ];

        browser.post(PATH, &fields).await.leads_to(path);

        assert!(browser.is_inside().await);
    }
}

#[actix_web::test]
async fn the_page_keeps_the_way_and_sends_on_who_is_inside() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let page = Browser::new(&site)
        .get("/accounts/login/?next=%2Ffriends%2F")
        .await;

    assert!(
        page.body.contains("name=\"next\" value=\"/friends/\""),
        "{}",
        page.body
    );
    ana.get("/accounts/login/?next=%2Ffriends%2F")
        .await
        .leads_to("/friends/");
}

#[actix_web::test]
async fn every_failure_looks_the_same() {
    let site = TestSite::new().await;
    let stored = encode(PASSWORD, 4).unwrap();
    site.add_user("zz-active", &stored).await;
    site.add_user("zz-closed", &stored).await;
    site.add_user("zz-locked", "!").await;
    site.add_user("zz-strange", "md5$x$y").await;
    site.run("UPDATE users SET is_active = FALSE WHERE username = 'zz-closed'")
        .await;

    let mut answers = Vec::new();
    for (name, password) in [
        ("zz-nobody", PASSWORD),
        ("zz-active", "wrong"),
        ("zz-closed", PASSWORD),
        ("zz-locked", PASSWORD),
        ("zz-strange", PASSWORD),
    ] {
        let mut browser = Browser::new(&site);
        let answer = browser.log_in(name, password).await;
        assert!(!browser.is_inside().await);
        let body = answer.without_token().replace(name, "NAME");
        answers.push((answer.status, body, answer.header_names));
    }

    assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answers[0].1.contains("Wrong username or password"));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[actix_web::test]
async fn ten_failures_make_any_name_wait_whether_it_exists_or_not() {
    let site = TestSite::new().await;
    site.add_user("ana", &encode(PASSWORD, 4).unwrap()).await;
    let mut browser = Browser::new(&site);

    for name in ["ana", "nobody"] {
        for _ in 0..10 {
            let failed = browser.log_in(name, "wrong").await;
            assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let limited = browser.log_in(name, PASSWORD).await;

        assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(limited.retry_after.as_deref(), Some("90"));
        assert!(
            limited.body.contains("data-retry-after=\"90\""),
            "{}",
            limited.body
        );
    }
    site.forward(Duration::from_secs(90));
    browser.log_in("ana", PASSWORD).await.leads_to("/");
}

#[actix_web::test]
async fn an_imported_password_gets_today_s_form_and_nobody_is_signed_out() {
    let site = TestSite::new().await;
    let django = "pbkdf2_sha256$1000$saltsalt1234$qd0pqAIabexmLip6f4V0eMuvYZgUp1acMpYH8xLhV7k=";
    site.add_user("ana", django).await;
    let mut first = Browser::new(&site);
    first
        .log_in("ana", "correct horse battery staple")
        .await
        .leads_to("/");

    let stored = site
        .query(|conn| Ok(Credentials::named(conn, "ana")?.unwrap()))
        .await;
    assert!(
        stored.password.starts_with("bcrypt_sha256$$2b$04$"),
        "{}",
        stored.password
    );
    assert!(first.is_inside().await);
    Browser::new(&site)
        .log_in("ana", "correct horse battery staple")
        .await
        .leads_to("/");
}

#[actix_web::test]
async fn logging_out_ends_the_session_and_its_sockets() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let before = ana.clone();
    let signed_in = site
        .sessions
        .open(&ana.cookie_header())
        .await
        .unwrap()
        .unwrap();
    let mut sockets = site.listen(&signed_in.user).await;
    ana.is_inside().await;

    ana.post("/accounts/logout/", &[]).await.leads_to(PATH);

    assert!(!ana.is_inside().await);
    assert!(
        !before.clone().is_inside().await,
        "a copied cookie is worth nothing"
    );
    let event = heard(&mut sockets).await;
    assert_eq!(event.ends(&signed_in.session), Some(EndReason::SignedOut));
    assert!(ana.get(PATH).await.body.contains("You are logged out."));
    assert!(
        !ana.get(PATH).await.body.contains("You are logged out."),
        "told once"
    );
}

#[actix_web::test]
async fn a_link_cannot_log_anybody_out() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;

    let answer = ana.get("/accounts/logout/").await;

    assert!(answer.status.is_client_error());
    assert!(ana.is_inside().await);
}

#[actix_web::test]
async fn logging_in_as_somebody_else_leaves_the_first_session() {
    let site = TestSite::new().await;
    let mut browser = Browser::of(&site, "ana").await;
    Browser::of(&site, "bo").await;
    let ana = browser.clone();
    let signed_in = site
        .sessions
        .open(&ana.cookie_header())
        .await
        .unwrap()
        .unwrap();
    let mut sockets = site.listen(&signed_in.user).await;
    browser.is_inside().await;

    let fields = [("username", "bo"), ("password", PASSWORD)];
    browser.post(PATH, &fields).await.leads_to("/");

    assert!(!ana.clone().is_inside().await);
    let SessionEvent::Ended { sessions, reason } = &*heard(&mut sockets).await;
    assert_eq!((sessions.len(), *reason), (1, EndReason::SignedOut));
}
