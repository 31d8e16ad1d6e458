use actix_web::http::StatusCode;

use super::browser::{Answer, Browser};
use super::site::{PASSWORD, TestSite, heard};
use crate::accounts::EndReason;

const PATH: &str = "/accounts/password/";
const NEW: &str = "black coffee at nine";

async fn change(browser: &mut Browser, current: &str, more: &[(&str, &str)]) -> Answer {
    browser.get(PATH).await;
    let mut fields = vec![
        ("current_password", current),
        ("new_password", NEW),
        ("new_password_again", NEW),
    ];
    fields.extend_from_slice(more);
    browser.post(PATH, &fields).await
}

#[actix_web::test]
async fn a_new_password_signs_out_everywhere_else_and_here_the_cookie_changes() {
    let site = TestSite::new().await;
    let mut here = Browser::of(&site, "ana").await;
    let mut there = Browser::logged_in(&site, "ana").await;
    let before = here.clone();
    let elsewhere = site
        .sessions
        .open(&there.cookie_header())
        .await
        .unwrap()
        .unwrap();
    let mut sockets = site.listen(&elsewhere.user).await;

    change(&mut here, PASSWORD, &[("sign_out_others", "on")])
        .await
        .leads_to(PATH);

    let page = here.get(PATH).await.body;
    assert!(page.contains("all other devices were logged out"), "{page}");
    assert!(here.is_inside().await);
    assert!(!there.is_inside().await);
    assert!(!before.clone().is_inside().await, "the old key is dead");
    let event = heard(&mut sockets).await;
    assert_eq!(
        event.ends(&elsewhere.session),
        Some(EndReason::PasswordChanged)
    );
    let old = Browser::new(&site).log_in("ana", PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    Browser::new(&site).log_in("ana", NEW).await.leads_to("/");
}

#[actix_web::test]
async fn without_the_tick_other_devices_stay() {
    let site = TestSite::new().await;
    let mut here = Browser::of(&site, "ana").await;
    let mut there = Browser::logged_in(&site, "ana").await;

    change(&mut here, PASSWORD, &[]).await.leads_to(PATH);

    assert!(here.is_inside().await);
    assert!(there.is_inside().await);
}

#[actix_web::test]
async fn the_current_password_is_asked_for_and_may_be_guessed_five_times() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    for _ in 0..5 {
        let answer = change(&mut ana, "not this", &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("This is not your current password."));
    }

    let limited = change(&mut ana, PASSWORD, &[]).await;

    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(limited.retry_after.is_some());
    Browser::new(&site)
        .log_in("ana", PASSWORD)
        .await
        .leads_to("/");
}

#[actix_web::test]
async fn a_new_password_keeps_the_rules() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "anastasia").await;
    for (new, again, sentence) in [
        ("short", "short", "at least 8"),
        ("anastasia1", "anastasia1", "too similar to your username"),
        (NEW, "another", "The two passwords do not match."),
    ] {
        ana.get(PATH).await;
        let fields = [
            ("current_password", PASSWORD),
            ("new_password", new),
            ("new_password_again", again),
        ];
        let answer = ana.post(PATH, &fields).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(sentence), "{}", answer.body);
    }
}
