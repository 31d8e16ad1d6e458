//! What people say about themselves: a line, the local time, and a status that ends.

use crate::support::{Page, Person, Site};

impl Person {
    async fn set_status(&self, typed: &[(&str, &str)]) -> Page {
        self.submit("/accounts/profile/", "/accounts/status/", typed)
            .await
    }
}

#[tokio::test]
async fn a_status_stands_beside_the_name_until_its_end() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let mut at_ana = ana.socket().await;

    let typed = [("emoji", "🌴"), ("text", "on holiday"), ("ends", "hour")];
    let answer = bo.set_status(&typed).await;
    assert_eq!(answer.status, 303, "{}", answer.body);

    at_ana.wait_for("person.changed").await;
    let places = [
        ("/".to_owned(), format!("#status-{direct}")),
        (format!("/rooms/{direct}/"), "#room-head .status".to_owned()),
        (
            format!("/rooms/{tea}/details/"),
            "#details-members .status".to_owned(),
        ),
    ];
    for (path, part) in &places {
        assert_eq!(
            ana.open(path).await.texts(part),
            ["🌴 on holiday"],
            "{path}"
        );
    }
    let until = ana.open("/").await.attribute(&places[0].1, "data-until");
    assert!(until.is_some(), "scripts remove it at its end");
    let form = bo.open("/accounts/profile/").await;
    assert_eq!(
        form.attribute("#ends [selected]", "value").as_deref(),
        Some("same")
    );

    site.execute("UPDATE users SET status_until = 1 WHERE username = 'bo'");
    for (path, part) in &places {
        assert_eq!(ana.open(path).await.texts(part), [""; 0], "{path}");
    }

    bo.set_status(&[("emoji", ""), ("text", "busy"), ("ends", "never")])
        .await;
    assert_eq!(ana.open("/").await.texts(&places[0].1), ["💬 busy"]);
    bo.set_status(&[("clear", "on")]).await;
    assert_eq!(ana.open("/").await.texts(&places[0].1), [""; 0]);
}

#[tokio::test]
async fn people_who_are_blocked_do_not_see_a_status_and_neither_does_who_blocks() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let details = format!("/rooms/{tea}/details/");
    for person in [&ana, &bo] {
        person.set_status(&[("text", "busy")]).await;
    }
    let seen = async |person: &Person| {
        let page = person.open(&details).await;
        page.texts("#details-members .status").len()
    };
    assert_eq!((seen(&ana).await, seen(&bo).await), (2, 2));

    ana.press_and_confirm("block", &bo).await;

    assert_eq!((seen(&ana).await, seen(&bo).await), (1, 1), "one's own");
}

#[tokio::test]
async fn a_refused_status_is_kept_with_the_reason() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let long = "x".repeat(81);
    let page = ana
        .set_status(&[("emoji", "🌴"), ("text", &long), ("ends", "today")])
        .await;
    assert_eq!(page.status, 422);
    assert_eq!(
        page.texts("#text-error"),
        ["This is too long. Use at most 80 characters."]
    );
    assert_eq!(page.attribute("#text", "value"), Some(long));
    assert_eq!(page.attribute("#emoji", "value").as_deref(), Some("🌴"));
    assert_eq!(
        page.attribute("#ends [selected]", "value").as_deref(),
        Some("today")
    );
    let page = ana.set_status(&[("emoji", "hm"), ("text", "")]).await;
    assert_eq!(page.texts("#emoji-error"), ["Use one emoji."]);
    let path = "/accounts/profile/";
    let typed = [("name", "Ana L"), ("about", &"é".repeat(201)[..])];
    let page = ana.submit(path, path, &typed).await;
    assert_eq!(page.status, 422);
    assert!(page.has("#about-error"));
    assert_eq!(page.attribute("#name", "value").as_deref(), Some("Ana L"));
}
