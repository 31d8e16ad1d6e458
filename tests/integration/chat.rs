//! Conversations: posted messages arrive live, exactly once, in order, and are stored.

use serde_json::json;
use uuid::Uuid;

use crate::support::Site;

#[tokio::test]
async fn a_message_reaches_every_tab_of_both_and_the_page() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let mut other_tab = ana.socket().await;
    let mut at_bo = bo.socket().await;

    let accepted = room.post("hello").await;

    for socket in [&mut room.socket, &mut other_tab, &mut at_bo] {
        let created = socket.wait_for("message.created").await;
        for part in ["room", "id", "seq", "created_at", "html", "client_id"] {
            assert_eq!(created[part], accepted[part], "{part}");
        }
        assert_eq!(created["body"], "hello");
        assert_eq!(created["author"], json!({"id": ana.id, "username": "ana"}));
    }
    for person in [&ana, &bo] {
        assert_eq!(
            person
                .open(&format!("/rooms/{}/", room.id))
                .await
                .messages(),
            ["hello"]
        );
    }
}

#[tokio::test]
async fn the_live_message_and_the_page_are_the_same_markup() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    let accepted = room.post("one & the <same>").await;

    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert!(
        page.body
            .contains(accepted["html"].as_str().unwrap().trim()),
        "{accepted}"
    );
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_nobody_hears_it_again() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let mut at_bo = bo.socket().await;
    let client_id = Uuid::new_v4();
    let first = room.post_as(client_id, "once").await;

    let again = room.post_as(client_id, "once").await;
    let mut other_tab = ana.open_room(&bo).await;
    let elsewhere = other_tab.post_as(client_id, "once").await;

    assert_eq!(first, again);
    assert_eq!(first, elsewhere);
    assert_eq!(at_bo.heard("message.created").await.len(), 1);
    assert_eq!(site.count("messages"), 1);
}

#[tokio::test]
async fn a_known_client_id_with_other_words_is_a_conflict() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let client_id = Uuid::new_v4();
    room.post_as(client_id, "first words").await;

    let refused = room.post_as(client_id, "other words").await;

    assert_eq!(refused["type"], "message.refused");
    assert_eq!(refused["code"], "conflict");
}

#[tokio::test]
async fn two_people_may_choose_the_same_client_id() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (mut at_ana, mut at_bo) = (ana.open_room(&bo).await, bo.open_room(&ana).await);
    let client_id = Uuid::new_v4();

    let one = at_ana.post_as(client_id, "from ana").await;
    let other = at_bo.post_as(client_id, "from bo").await;

    assert_eq!(
        [&one["type"], &other["type"]],
        ["message.accepted", "message.accepted"]
    );
    assert_ne!(one["id"], other["id"]);
}

#[tokio::test]
async fn typing_reaches_the_other_person_and_nobody_else() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let eve = site.sign_up("eve").await;
    eve.befriend(&ana).await;
    let mut room = ana.open_room(&bo).await;
    let (mut at_bo, mut at_eve) = (bo.socket().await, eve.socket().await);

    room.socket
        .send(json!({"type": "typing.start", "room": room.id}))
        .await;
    let started = at_bo.wait_for("typing.started").await;
    room.socket
        .send(json!({"type": "typing.stop", "room": room.id}))
        .await;
    let stopped = at_bo.wait_for("typing.stopped").await;

    assert_eq!(started["user"]["username"], "ana");
    assert_eq!(stopped["room"], room.id);
    assert_eq!(at_eve.heard("typing.started").await.len(), 0);
}

#[tokio::test]
async fn a_form_posts_for_those_without_scripts_and_the_others_see_it_live() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_bo = bo.open_room(&ana).await;
    let path = format!("/rooms/{}/", at_bo.id);
    let action = format!("{path}messages/");
    let form = ana.open(&path).await.form(&action);
    let with = |body: &str| [form.clone(), vec![("body".to_owned(), body.to_owned())]].concat();

    let answer = ana.post(&action, &with("by form")).await;
    let again = ana.post(&action, &with("by form")).await;

    assert_eq!((answer.status, again.status), (303, 303));
    assert!(
        answer.location().starts_with(&path),
        "{}",
        answer.location()
    );
    assert_eq!(at_bo.next_message().await["body"], "by form");
    assert_eq!(
        ana.open(&path).await.messages(),
        ["by form"],
        "pressed twice, shown once"
    );
}

#[tokio::test]
async fn a_form_that_is_refused_gives_the_text_back() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let path = format!("/rooms/{}/", ana.room_with(&bo).await);
    let text = "x".repeat(10_001);

    let answer = ana
        .submit(&path, &format!("{path}messages/"), &[("body", &text)])
        .await;

    assert_eq!(answer.status, 422);
    assert_eq!(answer.texts("form textarea"), [text]);
    assert!(
        answer
            .texts("[role=alert]")
            .concat()
            .contains("Too long by 1 character")
    );
}

#[tokio::test]
async fn a_conversation_that_begins_is_told_to_both() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let (mut at_ana, mut at_bo) = (ana.socket().await, bo.socket().await);
    ana.befriend(&bo).await;

    let room = ana.room_with(&bo).await;

    assert_eq!(at_ana.wait_for("room.added").await["room"], room);
    assert_eq!(at_bo.wait_for("room.added").await["room"], room);
    assert_eq!(bo.room_with(&ana).await, room, "one room for the two");
}

#[tokio::test]
async fn the_conversation_is_there_as_soon_as_the_friendship_is() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;

    assert_eq!(
        ana.get(&format!("/rooms/with/{}/", bo.id)).await.status,
        303
    );
}

#[tokio::test]
async fn a_socket_that_was_open_before_the_friendship_follows_the_new_room() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let mut at_bo = bo.socket().await;
    ana.befriend(&bo).await;

    ana.open_room(&bo).await.post("welcome").await;

    assert_eq!(at_bo.wait_for("message.created").await["body"], "welcome");
}
