use actix_web::http::StatusCode;

use super::browser::Browser;
use super::site::{PASSWORD, TestSite};

const SESSION: &str = "parlour_session_8000";

/// Returns whether a person is signed in according to the pages, and according to the sockets'
/// function.
async fn both_say(site: &TestSite, browser: &mut Browser) -> [bool; 2] {
    let cookies = browser.cookie_header();
    let socket = site.sessions.open(&cookies).await.unwrap();
    [browser.clone().is_inside().await, socket.is_some()]
}

#[actix_web::test]
async fn pages_and_sockets_agree_on_who_is_signed_in() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let signed_in = site
        .sessions
        .open(&ana.cookie_header())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(signed_in.user.username, "ana");
    assert_eq!(both_say(&site, &mut ana).await, [true; 2]);

    let mut visitor = Browser::new(&site);
    visitor.get("/accounts/login/").await;
    assert_eq!(both_say(&site, &mut visitor).await, [false; 2]);

    let mut forger = ana.clone();
    let cookie = forger.cookies.get_mut(SESSION).unwrap();
    let mut value = cookie.value().to_owned();
    value.replace_range(20..21, if &value[20..21] == "A" { "B" } else { "A" });
    cookie.set_value(value);
    assert_eq!(both_say(&site, &mut forger).await, [false; 2]);

    let stranger = Browser::of(&TestSite::new().await, "ana").await;
    assert!(
        site.sessions
            .open(&stranger.cookie_header())
            .await
            .unwrap()
            .is_none()
    );

    site.run("UPDATE users SET session_epoch = session_epoch + 1")
        .await;
    assert_eq!(both_say(&site, &mut ana).await, [false; 2]);
}

#[actix_web::test]
async fn pages_and_sockets_read_odd_cookie_headers_alike() {
    let site = TestSite::new().await;
    let ana = Browser::of(&site, "ana").await;
    let good = ana.cookies[SESSION].encoded().to_string();

    for (header, is_inside) in [
        (good.clone(), true),
        (format!("x=1; {good}"), true),
        (format!("{good}; {SESSION}=bad"), true),
        // Another program may have a cookie of that name.
        (format!("{SESSION}=bad; {good}"), true),
        (format!("x=%FF; {good}"), true),
        (format!("no sign; {good}"), true),
        (format!("=x; ; {good}; ; x=1"), true),
        (format!("{good};"), true),
        (good.to_uppercase(), false),
        (String::new(), false),
    ] {
        let page = ana.status_with("/accounts/devices/", &header).await;
        let socket = site.sessions.open(&header).await.unwrap();

        assert_eq!(socket.is_some(), is_inside, "{header}");
        assert_eq!(page == StatusCode::OK, is_inside, "{header}: {page}");
    }
}

#[actix_web::test]
async fn a_closed_account_is_out_everywhere() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;

    site.run("UPDATE users SET is_active = FALSE").await;

    assert_eq!(both_say(&site, &mut ana).await, [false; 2]);
}

#[actix_web::test]
async fn a_request_in_flight_cannot_bring_a_session_back() {
    let site = TestSite::new().await;
    let mut leaving = Browser::of(&site, "ana").await;
    let mut writing = leaving.clone();
    leaving.is_inside().await;

    let gate = site.gate.clone();
    let (written, ()) = futures_util::join!(writing.get("/scribble/"), async {
        gate.entered.notified().await;
        leaving
            .post("/accounts/logout/", &[])
            .await
            .leads_to("/accounts/login/");
        gate.open.notify_one();
    });

    assert_eq!(written.status, StatusCode::OK);
    assert!(!writing.is_inside().await);
    assert!(!leaving.is_inside().await);
}

#[actix_web::test]
async fn what_is_written_into_a_living_session_changes_nobody() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    site.gate.open.notify_one();

    ana.get("/scribble/").await;

    assert_eq!(both_say(&site, &mut ana).await, [true; 2]);
}

#[actix_web::test]
async fn what_a_visitor_writes_makes_no_row() {
    let site = TestSite::new().await;
    let mut visitor = Browser::new(&site);
    site.gate.open.notify_one();

    visitor.get("/scribble/").await;

    assert!(!visitor.is_inside().await);
    assert_eq!(rows(&site).await, 0);
}

async fn rows(site: &TestSite) -> i64 {
    use diesel::prelude::*;
    site.query(|conn| Ok(crate::schema::sessions::table.count().get_result(conn)?))
        .await
}

#[actix_web::test]
async fn a_table_that_cannot_be_read_is_503_and_neither_yes_nor_no() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let mut visitor = Browser::new(&site);
    visitor.get("/accounts/login/").await;
    site.run("DROP TABLE sessions").await;

    let page = ana.get("/accounts/devices/").await;

    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(site.sessions.open(&ana.cookie_header()).await.is_err());
    let fields = [("username", "ana"), ("password", PASSWORD)];
    let login = visitor.post("/accounts/login/", &fields).await;
    assert_eq!(login.status, StatusCode::SERVICE_UNAVAILABLE);
}
