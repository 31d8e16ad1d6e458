use actix_web::http::StatusCode;

use super::browser::Browser;
use super::site::{PASSWORD, TestSite};
use crate::accounts::FirstRun;
use crate::accounts::models::User;

#[actix_web::test]
async fn the_link_makes_the_owner_once() {
    let site = TestSite::new().await;
    Browser::of(&site, "early").await;
    let path = site.first_run_path();
    let mut ana = Browser::new(&site);
    let page = ana.get(&path).await;
    assert!(
        page.body.contains(&format!("action=\"{path}\"")),
        "{}",
        page.body
    );
    assert!(page.body.contains("You are the first person here."));

    let doors = ["/accounts/login/", "/accounts/register/"];
    let says_where = async |path| {
        let page = Browser::new(&site).get(path).await;
        page.body.contains("This server has no owner yet.")
    };
    for door in doors {
        assert!(says_where(door).await, "{door}");
    }

    ana.register(&path, "ana", PASSWORD).await.leads_to("/");

    assert!(ana.is_inside().await);
    for door in doors {
        assert!(!says_where(door).await, "{door}");
    }
    assert!(
        site.query(|conn| Ok(User::named(conn, "ana")?.unwrap()))
            .await
            .is_owner
    );
    assert!(
        !site
            .query(|conn| Ok(User::named(conn, "early")?.unwrap()))
            .await
            .is_owner
    );
    let mut late = Browser::new(&site);
    assert_eq!(late.get(&path).await.status, StatusCode::NOT_FOUND);
    late.get("/accounts/register/").await;
    let answer = late.register(&path, "late", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(
        FirstRun::prepare(&site.database)
            .await
            .unwrap()
            .path()
            .is_none()
    );
}

#[actix_web::test]
async fn of_two_that_race_one_becomes_the_owner() {
    let site = TestSite::new().await;
    let path = site.first_run_path();
    let (mut ana, mut bo) = (Browser::new(&site), Browser::new(&site));
    ana.get(&path).await;
    bo.get(&path).await;

    let both = futures_util::join!(
        ana.register(&path, "ana", PASSWORD),
        bo.register(&path, "bo", PASSWORD)
    );

    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    assert_ne!(ana.is_inside().await, bo.is_inside().await);
}

#[actix_web::test]
async fn a_guessed_link_leads_nowhere() {
    let site = TestSite::new().await;
    let mut guesser = Browser::new(&site);
    guesser.get("/accounts/login/").await;

    assert_eq!(
        guesser.get("/accounts/first-run/AAAA/").await.status,
        StatusCode::NOT_FOUND
    );
    let answer = guesser
        .register("/accounts/first-run/AAAA/", "ana", PASSWORD)
        .await;

    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(
        site.query(|conn| Ok(User::named(conn, "ana")?))
            .await
            .is_none()
    );
}
