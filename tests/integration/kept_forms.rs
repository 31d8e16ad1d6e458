//! Forms without scripts whose session has ended or changed: nothing that was typed is lost.

use reqwest::Method;
use uuid::Uuid;

use crate::support::{PASSWORD, Page, Person, Site};

const TYPED: &str = "Dear Bo, <b>this</b> took me an hour & a half\nand 安全 two lines";

/// The fields of the message box of a room page, with a text typed into it.
fn typed(page: &Page, room: i64, text: &str) -> Vec<(String, String)> {
    let mut fields = page.form(&format!("/rooms/{room}/messages/"));
    // A browser submits line breaks as CRLF.
    fields.push(("body".to_owned(), text.replace('\n', "\r\n")));
    fields
}

/// The form of the log-in page, filled in.
fn filled(page: &Page, name: &str, password: &str) -> Vec<(String, String)> {
    let mut fields = page.form("/accounts/login/");
    for (field, value) in [("username", name), ("password", password)] {
        fields.push((field.to_owned(), value.to_owned()));
    }
    fields
}

/// The text in the message box, or in a field to read.
fn text(page: &Page) -> String {
    let texts = page.raw_texts("textarea");
    texts.first().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_message_of_a_session_that_ended_waits_in_the_box_after_the_log_in() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let fields = typed(&ana.open(&format!("/rooms/{room}/")).await, room, TYPED);
    let client_id = fields.iter().find(|(name, _)| name == "client_id").unwrap();
    site.execute("DELETE FROM sessions WHERE user_id = 1");

    let path = format!("/rooms/{room}/messages/");
    let refused = ana.post(&path, &fields).await;

    assert!(refused.has("input[name=username]"), "{}", refused.body);
    assert_eq!(text(&refused), TYPED);
    let wrong = ana
        .post("/accounts/login/", &filled(&refused, "ana", "wrong"))
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(text(&wrong), TYPED);

    let inside = ana
        .post("/accounts/login/", &filled(&wrong, "ana", PASSWORD))
        .await;
    assert_eq!(inside.status, 303, "{}", inside.body);
    assert!(inside.location().starts_with(&format!("/rooms/{room}/")));
    for _reload in 0..2 {
        let page = ana.open(inside.location()).await;
        assert_eq!(text(&page), TYPED);
        assert!(page.form(&path).contains(client_id));
    }
    assert_eq!(
        bo.open(&format!("/rooms/{room}/")).await.messages(),
        [""; 0]
    );
    let page = ana.open(inside.location()).await;
    let sent = ana.post(&path, &typed(&page, room, TYPED)).await;
    assert_eq!(sent.status, 303);
    assert_eq!(
        bo.open(&format!("/rooms/{room}/")).await.messages().len(),
        1
    );
}

#[tokio::test]
async fn a_message_of_a_session_that_changed_is_given_back_at_once() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let path = format!("/rooms/{room}/messages/");
    let fields = typed(&ana.open(&format!("/rooms/{room}/")).await, room, TYPED);
    let mut ana = ana;
    ana.log_out().await;
    assert_eq!(ana.log_in("ana", PASSWORD).await.status, 303);

    let refused = ana.post(&path, &fields).await;

    assert_eq!(refused.status, 303, "{}", refused.body);
    assert_eq!(text(&ana.open(refused.location()).await), TYPED);
    assert_eq!(text(&bo.get(refused.location()).await), "");
}

#[tokio::test]
async fn another_form_is_shown_again_and_can_be_sent() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let page = ana.open("/rooms/new/").await;
    let mut fields = page.form("/rooms/new/");
    for (name, value) in [("name", "Orchard"), ("topic", "Apples and pears")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields.push(("kind".to_owned(), "room".to_owned()));
    site.execute("DELETE FROM sessions");

    let refused = ana.post("/rooms/new/", &fields).await;
    let texts = refused.texts("textarea");
    assert_eq!(texts, ["Orchard", "Apples and pears"]);
    let inside = ana
        .post("/accounts/login/", &filled(&refused, "ana", PASSWORD))
        .await;
    let kept = ana.open(inside.location()).await;
    assert_eq!(kept.texts("textarea"), texts);

    let mut again = kept.form("/rooms/new/");
    for (name, value) in [("name", "Orchard"), ("topic", "Apples and pears")] {
        again.push((name.to_owned(), value.to_owned()));
    }
    let made = ana.post("/rooms/new/", &again).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(site.count("rooms"), 1);
}

#[tokio::test]
async fn a_text_for_a_room_that_is_closed_to_its_reader_is_shown_without_it() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    site.sign_up("cy").await;
    let room = ana.room_with(&bo).await;
    let fields = typed(&ana.open(&format!("/rooms/{room}/")).await, room, TYPED);
    site.execute("DELETE FROM sessions WHERE user_id = 1");
    let refused = ana.post(&format!("/rooms/{room}/messages/"), &fields).await;

    // Somebody else logs in at the same browser.
    let inside = ana
        .post("/accounts/login/", &filled(&refused, "cy", PASSWORD))
        .await;

    let elsewhere = ana.get(inside.location()).await;
    assert_eq!(elsewhere.status, 303, "{}", elsewhere.body);
    assert_eq!(text(&ana.open(elsewhere.location()).await), TYPED);
}

#[tokio::test]
async fn the_second_of_two_tabs_at_the_log_in_goes_inside() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    for form in ["/accounts/login/", "/accounts/register/"] {
        let visitor = site.visitor();
        let mut fields = visitor
            .open(&format!("{form}?next=%2Ffriends%2F"))
            .await
            .form(form);
        fields.push(("username".to_owned(), "ana".to_owned()));
        fields.push(("password".to_owned(), PASSWORD.to_owned()));
        fields.push(("password_again".to_owned(), PASSWORD.to_owned()));
        let first = visitor.open("/accounts/login/").await;
        let first = filled(&first, "ana", PASSWORD);
        assert_eq!(visitor.post("/accounts/login/", &first).await.status, 303);

        let second = visitor.post(form, &fields).await;

        assert_eq!(second.status, 303, "{form}: {}", second.body);
        assert_eq!(second.location(), "/friends/");
        let page = visitor.open(second.location()).await;
        assert!(page.body.contains("already logged in as"), "{}", page.body);
    }
}

/// Submits a form as a browser that accepts no cookies.
async fn post_without_cookies(site: &Site, path: &str, fields: &[(String, String)]) -> Page {
    let visitor = site.visitor();
    let request = visitor
        .request(Method::POST, path)
        // Of another program on the host.
        .header("Cookie", "other=1")
        .header("Origin", visitor.origin())
        .form(fields);
    Page::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_browser_without_cookies_is_told_so() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    for form in ["/accounts/login/", "/accounts/register/"] {
        let mut fields = site.visitor().open(form).await.form(form);
        for (name, value) in [
            ("username", "ana"),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let answer = post_without_cookies(&site, form, &fields).await;
        assert!(
            answer.body.contains("did not send a cookie"),
            "{}",
            answer.body
        );
        assert_eq!(answer.attribute("#username", "value").unwrap(), "ana");
        assert!(!answer.body.contains(PASSWORD));
    }
}

#[tokio::test]
async fn a_log_in_page_of_another_visitor_is_shown_again() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    let visitor = site.visitor();
    visitor.open("/accounts/login/").await;
    let foreign = site.visitor().open("/accounts/login/").await;

    let again = visitor
        .post("/accounts/login/", &filled(&foreign, "ana", PASSWORD))
        .await;

    assert_eq!(again.status, 403);
    let inside = visitor
        .post("/accounts/login/", &filled(&again, "ana", PASSWORD))
        .await;
    assert_eq!(inside.status, 303);
}

/// Every form of this test has the text of an attacker and a well-formed token of another session.
#[tokio::test]
async fn a_form_of_another_site_is_not_carried() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let token = bo.csrf_token("/friends/").await;
    let fields = [
        ("csrf_token", token.as_str()),
        ("client_id", &Uuid::new_v4().to_string()),
        ("body", "words of a stranger"),
    ];
    let send = async |person: &Person, headers: &[(&str, &str)]| {
        let path = format!("/rooms/{room}/messages/");
        let mut request = person.request(Method::POST, &path).form(&fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::read(request.send().await.unwrap()).await
    };
    let own = ana.origin();
    for headers in [
        &[][..],
        &[("Origin", "http://evil.example")],
        &[("Origin", "null")],
        &[("Referer", "http://evil.example/")],
        &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
    ] {
        for person in [&ana, &site.visitor()] {
            let refused = send(person, headers).await;
            assert_eq!(refused.status, 403, "{headers:?}");
            assert!(!refused.has("input[name=csrf_token]"), "{headers:?}");
        }
    }
}
