//! Display names: where they are shown, how a change reaches others, and that nobody can pass for
//! somebody else.

use serde_json::json;

use crate::support::{Page, Person, Site};

impl Person {
    /// Saves the profile with this display name.
    pub(crate) async fn call_me(&self, name: &str) -> Page {
        let path = "/accounts/profile/";
        self.submit(path, path, &[("name", name)]).await
    }

    /// Returns the names of the authors in the room.
    async fn authors_in(&self, room: i64) -> Vec<String> {
        let page = self.open(&format!("/rooms/{room}/")).await;
        page.texts("article .message-author")
    }
}

#[tokio::test]
async fn a_display_name_is_shown_everywhere_also_at_old_messages() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    bo.post_by_form(tea, "before @ana").await;

    let answer = bo.call_me("  Bo \u{202E}Lindqvist ").await;
    assert_eq!(
        (answer.status, answer.location()),
        (303, "/accounts/profile/")
    );

    assert_eq!(ana.authors_in(tea).await, ["Bo Lindqvist"]);
    assert_eq!(ana.lists().await.friends, ["Bo Lindqvist"]);
    let friends = ana.open("/friends/").await;
    assert_eq!(friends.texts(".row .handle"), ["@bo"]);
    assert!(friends.has("[aria-label='Remove Bo Lindqvist']"));
    assert_eq!(ana.members_of(tea).await, ["ana", "Bo Lindqvist", "@bo"]);
    let home = ana.open("/").await;
    assert_eq!(
        home.texts(&format!("#last-{tea}")),
        ["Bo Lindqvist: before @ana"]
    );
    assert!(home.texts(".side-name").contains(&"Bo Lindqvist".into()));
    let page = ana.open(&format!("/rooms/{direct}/")).await;
    assert_eq!(page.texts("h1"), ["Bo Lindqvist"]);
    let initials = page.attribute("#room-head .avatar", "data-initials");
    assert_eq!(initials.as_deref(), Some("BL"));
    // The user name finds, signs in and mentions as before.
    let names = ana.open(&format!("/rooms/{tea}/names/")).await;
    assert!(
        names
            .body
            .contains(r#""username":"bo","name":"Bo Lindqvist""#)
    );
    ana.post_by_form(tea, "hello @bo").await;
    let mention = bo.open(&format!("/rooms/{tea}/")).await;
    assert_eq!(mention.texts("article .mention"), ["@ana", "@bo"]);

    bo.call_me("").await;
    assert_eq!(ana.authors_in(tea).await, ["bo", "ana"]);
}

#[tokio::test]
async fn a_new_name_reaches_open_pages_and_what_the_person_does_afterwards() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let (mut at_ana, mut at_bo) = (ana.socket().await, bo.socket().await);
    let eve = site.sign_up("eve").await;
    let mut at_eve = eve.socket().await;

    bo.call_me("Bo Lindqvist").await;

    let user = json!({"id": bo.id, "username": "bo", "name": "Bo Lindqvist"});
    assert_eq!(at_ana.wait_for("person.changed").await["user"], user);
    assert_eq!(at_bo.wait_for("person.changed").await["user"], user);
    assert_eq!(at_eve.heard("person.changed").await.len(), 0, "a stranger");
    // The socket was opened under the former name.
    at_bo.heard("person.changed").await;
    at_bo
        .send(json!({"type": "typing.start", "room": room}))
        .await;
    assert_eq!(at_ana.wait_for("typing.started").await["user"], user);
    bo.post_by_form(room, "hello").await;
    assert_eq!(at_ana.wait_for("message.created").await["author"], user);
}

#[tokio::test]
async fn nobody_looks_like_somebody_else_without_their_own_user_name() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    ana.post_by_form(tea, "hello").await;
    bo.post_by_form(tea, "hello too").await;
    ana.call_me("Queen").await;

    for (taken, shown) in [("Ana", "Ana (@bo)"), ("АNА", "АNА (@bo)")] {
        bo.call_me(taken).await;
        assert_eq!(bo.authors_in(tea).await, ["Queen", shown]);
    }
    let mut at_bo = bo.socket().await;
    bo.call_me("queen").await;
    assert_eq!(
        bo.authors_in(tea).await,
        ["Queen (@ana)", "queen (@bo)"],
        "both are told apart"
    );
    let mut renamed = Vec::new();
    while renamed.len() < 2 {
        let event = at_bo.wait_for("person.changed").await;
        let name = event["user"]["name"].as_str().unwrap().to_owned();
        if !renamed.contains(&name) {
            renamed.push(name);
        }
    }
    renamed.sort();
    assert_eq!(renamed, ["Queen (@ana)", "queen (@bo)"]);
    assert_eq!(bo.members_of(tea).await, ["Queen (@ana)", "queen (@bo)"]);
    bo.call_me("King").await;
    assert_eq!(bo.authors_in(tea).await, ["Queen", "King"]);
}

#[tokio::test]
async fn a_refused_name_is_kept_with_the_reason() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    for (typed, reason) in [
        (
            "\u{200B}\u{2060}",
            "Use at least one letter that people can see.",
        ),
        ("Ana (@bo)", "Leave out the @, which belongs to usernames."),
        ("Everyone", "This name is reserved. Choose another one."),
    ] {
        let page = ana.call_me(typed).await;
        assert_eq!(page.status, 422, "{typed}");
        assert_eq!(page.texts("#name-error"), [reason]);
        assert_eq!(page.attribute("#name", "value").as_deref(), Some(typed));
    }
    let long = ana.call_me(&"W".repeat(41)).await;
    assert!(
        long.texts("#name-error")
            .concat()
            .contains("at most 40 characters")
    );
    assert_eq!(ana.open("/").await.texts(".me-name"), ["ana"]);
}

#[tokio::test]
async fn a_request_shows_the_name_of_who_asks_and_hides_that_of_who_is_asked() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    ana.call_me("Ana Lopez").await;
    bo.call_me("Bo Lindqvist").await;

    ana.ask("bo").await;

    assert_eq!(ana.lists().await.sent, ["bo"]);
    assert!(!ana.open("/friends/").await.body.contains("Lindqvist"));
    assert_eq!(bo.lists().await.requests, ["Ana Lopez"]);
    assert_eq!(bo.open("/friends/").await.texts(".row .handle"), ["@ana"]);
    let room = bo.press("accept", &ana).await;
    assert_eq!(room.status, 303);
    assert_eq!(ana.lists().await.friends, ["Bo Lindqvist"]);
}
