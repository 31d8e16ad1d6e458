use std::time::Duration;

use actix_web::http::StatusCode;

use super::browser::Browser;
use super::site::{PASSWORD, TestSite};
use crate::accounts::models::{Credentials, User};

const PATH: &str = "/accounts/register/";

#[actix_web::test]
async fn whoever_signs_up_is_inside_at_once() {
    let site = TestSite::new().await;

    let mut ana = Browser::of(&site, "Ana").await;

    let page = ana.get("/accounts/devices/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Ana"));
    let stored = site
        .query(|conn| Ok(Credentials::named(conn, "ana")?.unwrap()))
        .await;
    assert!(stored.password.starts_with("bcrypt_sha256$$2b$04$"));
    assert!(!stored.user.is_owner && stored.user.is_active);
    ana.get(PATH).await.leads_to("/");
}

#[actix_web::test]
async fn faults_stand_at_their_fields_and_the_name_is_kept() {
    let site = TestSite::new().await;
    Browser::of(&site, "ana").await;
    let mut bo = Browser::new(&site);
    bo.get(PATH).await;

    for (name, password, sentence) in [
        ("ANA", PASSWORD, "This username is taken."),
        ("аnа", PASSWORD, "Use letters from one alphabet."),
        (
            "ΑΝΑ",
            PASSWORD,
            "This username looks too much like one that is taken.",
        ),
        ("Everyone", PASSWORD, "This username is reserved."),
        ("admin", PASSWORD, "This username is reserved."),
        ("@ana", PASSWORD, "do not start with @"),
        ("b o", PASSWORD, "without spaces."),
        ("bo", "short", "Use at least 8 characters."),
        ("bo", "password1", "very common password."),
    ] {
        let answer = bo.register(PATH, name, password).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(sentence), "{}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{name}\"")));
        assert!(!answer.body.contains(&format!("value=\"{password}\"")));
    }
    assert!(!bo.is_inside().await);
}

#[actix_web::test]
async fn a_form_with_mistakes_counts_before_it_is_looked_at() {
    let site = TestSite::new().await;
    let mut bo = Browser::new(&site);
    bo.get(PATH).await;
    for _ in 0..300 {
        let answer = bo.register(PATH, "b o", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    let answer = bo.register(PATH, "b o", PASSWORD).await;

    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!answer.body.contains("without spaces."), "not looked at");
    site.forward(Duration::from_secs(12));
    let again = bo.register(PATH, "bo", PASSWORD).await;
    assert_eq!(
        again.status,
        StatusCode::SEE_OTHER,
        "mistakes are no accounts"
    );
}

#[actix_web::test]
async fn one_address_makes_sixty_accounts_in_an_hour() {
    let site = TestSite::new().await;
    for i in 0..60 {
        Browser::of(&site, &format!("pupil{i}")).await;
    }
    let mut late = Browser::new(&site);
    late.get(PATH).await;

    let answer = late.register(PATH, "late", PASSWORD).await;

    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.retry_after.as_deref(), Some("60"));
    assert!(
        site.query(|conn| Ok(User::named(conn, "late")?))
            .await
            .is_none()
    );
}

#[actix_web::test]
async fn two_who_want_one_name_at_once_do_not_both_get_it() {
    let site = TestSite::new().await;
    let (mut one, mut other) = (Browser::new(&site), Browser::new(&site));
    one.get(PATH).await;
    other.get(PATH).await;

    let both = futures_util::join!(
        one.register(PATH, "ana", PASSWORD),
        other.register(PATH, "Ana", PASSWORD)
    );

    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

#[actix_web::test]
async fn a_form_from_before_the_login_is_worthless_after_it() {
    let site = TestSite::new().await;
    let mut ana = Browser::new(&site);
    ana.get(PATH).await;
    let before = ana.token.clone();
    ana.register(PATH, "ana", PASSWORD).await.leads_to("/");

    ana.token = before;
    let answer = ana.post("/accounts/devices/revoke-others/", &[]).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
