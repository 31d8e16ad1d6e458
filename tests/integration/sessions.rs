//! Sessions: cookies, devices, and that an ended session cannot come back.

use futures_util::future::join_all;
use reqwest::Method;

use crate::{
    stage::{until, within},
    support::{PASSWORD, Site, Socket},
};

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_sites() {
    let site = Site::start().await;
    let mut ana = site.visitor();
    site.sign_up("ana").await;

    let answer = ana.log_in("ana", PASSWORD).await;

    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|value| value.to_str().unwrap()).collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with(&format!("parlour_session_{}=", site.address.port())))
        .unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(part), "{session}");
    }
    assert!(
        !session.contains("Secure"),
        "plain http on loopback: {session}"
    );
    assert!(!session.contains("Domain"), "{session}");
}

#[tokio::test]
async fn a_copied_cookie_is_worthless_after_logging_out() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let thief = ana.copy();
    assert!(thief.is_signed_in().await);

    assert_eq!(ana.log_out().await.status, 303);

    assert!(!ana.is_signed_in().await);
    assert!(!thief.is_signed_in().await);
}

#[tokio::test]
async fn logging_in_gives_the_session_a_new_key() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let mut browser = site.visitor();
    browser.open("/accounts/login/").await;
    let before = browser.copy();

    browser.log_in("ana", PASSWORD).await;

    assert!(browser.is_signed_in().await);
    assert!(
        !before.is_signed_in().await,
        "a cookie planted before the log-in"
    );
}

#[tokio::test]
async fn a_visitor_gets_no_row_among_the_sessions() {
    let site = Site::start().await;
    let visitor = site.visitor();
    visitor.open("/accounts/login/").await;
    visitor.open("/accounts/register/").await;

    assert_eq!(site.count("sessions"), 0);
}

#[tokio::test]
async fn logging_out_wins_over_requests_in_flight() {
    let site = Site::start().await;
    for _ in 0..5 {
        let ana = site.sign_up(&format!("ana{}", site.count("users"))).await;
        let copies: Vec<_> = (0..6).map(|_| ana.copy()).collect();
        // Each of these reads the session, and the last writes it.
        let visits = join_all(copies.iter().map(|copy| copy.get("/friends/")));
        let new = "a new password 77";
        let fields = [
            ("csrf_token", ana.csrf_token("/accounts/password/").await),
            ("current_password", "not the old one".to_owned()),
            ("new_password", new.to_owned()),
            ("new_password_again", new.to_owned()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        let writer = ana.copy();
        let (_, _, out) = tokio::join!(
            visits,
            writer.post("/accounts/password/", &fields),
            ana.log_out()
        );
        assert_eq!(out.status, 303);

        assert!(!ana.is_signed_in().await);
        assert!(!writer.is_signed_in().await);
        for copy in copies {
            assert!(!copy.is_signed_in().await);
        }
    }
}

#[tokio::test]
async fn the_devices_page_lists_every_browser_and_logs_one_out() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let page = ana.open("/accounts/devices/").await;
    assert_eq!(page.texts(".tag"), ["This device"]);
    let revoke = page
        .attribute("form[action$='/revoke/']", "action")
        .expect("the other device");
    let mut socket = phone.socket().await;

    let answer = ana.submit("/accounts/devices/", &revoke, &[]).await;

    assert_eq!(answer.status, 303);
    assert_eq!(socket.wait_for("session.ended").await["reason"], "revoked");
    assert_eq!(socket.wait_for_close().await, Some(4401));
    assert!(ana.is_signed_in().await);
    assert!(!phone.is_signed_in().await);
    assert!(
        !ana.open("/accounts/devices/")
            .await
            .has("form[action$='/revoke/']")
    );
}

#[tokio::test]
async fn all_other_devices_are_logged_out_at_once() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let (phone, tablet) = (site.log_in("ana").await, site.log_in("ana").await);

    let answer = ana
        .submit(
            "/accounts/devices/",
            "/accounts/devices/revoke-others/",
            &[],
        )
        .await;

    assert_eq!(answer.status, 303);
    assert!(ana.is_signed_in().await);
    assert!(!phone.is_signed_in().await);
    assert!(!tablet.is_signed_in().await);
}

#[tokio::test]
async fn nobody_logs_out_the_device_of_somebody_else() {
    let site = Site::start().await;
    let (ana, eve) = (site.sign_up("ana").await, site.sign_up("eve").await);
    site.log_in("ana").await;
    let page = ana.open("/accounts/devices/").await;
    let revoke = page
        .attribute("form[action$='/revoke/']", "action")
        .unwrap();
    let token = eve.csrf_token("/accounts/devices/").await;

    let answer = eve.post(&revoke, &[("csrf_token".to_owned(), token)]).await;

    assert_eq!(answer.status, 404);
    assert!(
        ana.open("/accounts/devices/")
            .await
            .has("form[action$='/revoke/']")
    );
}

#[tokio::test]
async fn the_oldest_device_makes_room_for_one_too_many() {
    let site = Site::start_with(|settings| settings.limits.sessions_per_user = 2).await;
    let first = site.sign_up("ana").await;
    let second = site.log_in("ana").await;
    let third = site.log_in("ana").await;

    assert!(!first.is_signed_in().await);
    assert!(second.is_signed_in().await);
    assert!(third.is_signed_in().await);
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let site = Site::start_with(|settings| {
        settings.limits.session_max = "1h".parse().unwrap();
    })
    .await;
    let ana = site.sign_up("ana").await;

    // An hour goes by.
    site.execute("UPDATE sessions SET absolute_expires_at = absolute_expires_at - 3600000");

    until("the end of the session", async || {
        (!ana.is_signed_in().await).then_some(())
    })
    .await;
}

#[tokio::test]
async fn logging_out_closes_the_sockets_of_that_browser_alone_within_a_second() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let mut tab = ana.socket().await;
    let mut phone_tab = phone.socket().await;

    ana.log_out().await;
    let closed = async {
        assert_eq!(tab.wait_for("session.ended").await["reason"], "signed_out");
        assert_eq!(tab.wait_for_close().await, Some(4401));
    };
    tokio::time::timeout(std::time::Duration::from_secs(1), closed)
        .await
        .expect("in a second");

    assert_eq!(phone_tab.heard("session.ended").await.len(), 0);
}

#[tokio::test]
async fn a_new_password_closes_the_sockets_of_the_other_devices() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let mut tab = ana.socket().await;
    let mut phone_tab = phone.socket().await;
    let new = "a new password 77";
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", new),
        ("new_password_again", new),
    ];

    ana.submit("/accounts/password/", "/accounts/password/", &typed)
        .await;

    assert_eq!(
        phone_tab.wait_for("session.ended").await["reason"],
        "password_changed"
    );
    assert_eq!(phone_tab.wait_for_close().await, Some(4401));
    assert_eq!(
        tab.wait_for_close().await,
        Some(1012),
        "the tab that changed it comes back"
    );
    assert_eq!(tab.already_heard("session.ended").len(), 0);
    ana.socket().await;
}

#[tokio::test]
async fn a_socket_needs_a_session_that_holds_at_that_moment() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let copy = ana.copy();
    ana.log_out().await;

    for cookies in [
        String::new(),
        copy.cookies(),
        "parlour_session=forged".to_owned(),
        format!("parlour_session_{}=forged", site.address.port()),
    ] {
        let headers = [("Origin", ana.origin()), ("Cookie", cookies)];
        let answer = within("an answer", Socket::try_connect(&ana, &headers)).await;
        assert_eq!(answer.err().map(|status| status.as_u16()), Some(403));
    }
}

#[tokio::test]
async fn logging_out_is_never_a_link() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let answer = ana
        .request(Method::GET, "/accounts/logout/")
        .send()
        .await
        .unwrap();

    assert!([404, 405].contains(&answer.status().as_u16()));
    assert!(ana.is_signed_in().await);
}
