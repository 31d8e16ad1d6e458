//! The end of a friendship: the conversation stays readable, but nobody can write.

use serde_json::json;

use crate::support::Site;

#[tokio::test]
async fn a_removed_friend_reads_the_old_conversation_and_writes_nothing() {
    after_parting("remove").await;
}

#[tokio::test]
async fn a_blocked_friend_reads_the_old_conversation_and_writes_nothing() {
    after_parting("block").await;
}

async fn after_parting(verb: &str) {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_bo = bo.open_room(&ana).await;
    at_bo.post("while we were friends").await;
    let mut at_ana = ana.open_room(&bo).await;

    ana.press_and_confirm(verb, &bo).await;

    for (person, room) in [(&bo, &mut at_bo), (&ana, &mut at_ana)] {
        let refused = room.post_refused("and now").await;
        assert_eq!(refused["code"], "not_allowed");
        assert_eq!(
            refused.get("retry_after_ms"),
            None,
            "trying again would not help"
        );
        assert!([403, 422].contains(&person.post_by_form(room.id, "and now").await));
        let page = person.open(&format!("/rooms/{}/", room.id)).await;
        assert_eq!(page.messages(), ["while we were friends"]);
        assert!(!page.has("#composer"), "no box to write in");
        assert_eq!(room.socket.resume(room.id, 0).await["last_seq"], 1);
    }
    at_ana
        .socket
        .send(json!({"type": "typing.start", "room": at_ana.id}))
        .await;
    at_ana.socket.heard("typing.started").await;
    assert_eq!(at_bo.socket.heard("typing.started").await.len(), 0);
    assert_eq!(site.count("messages"), 1);
}

#[tokio::test]
async fn being_blocked_cannot_be_told_from_being_removed() {
    let site = Site::start().await;
    let mut seen = Vec::new();
    for (verb, other) in [("remove", "bo"), ("block", "cy")] {
        let (ana, other) = site.friends(&format!("ana-{other}"), other).await;
        let mut room = other.open_room(&ana).await;
        ana.press_and_confirm(verb, &other).await;
        let heard = room.socket.wait_for("relation.changed").await["state"].clone();
        let refused = room.post_refused("hello?").await;
        let text = refused["text"].as_str().unwrap().replace(&ana.name, "ana");
        let page = other.open(&format!("/rooms/{}/", room.id)).await;
        let closed = page.texts(".closed").concat().replace(&ana.name, "ana");
        seen.push((heard, text, closed));
    }

    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn somebody_blocked_does_not_see_the_other_come_or_type() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    ana.press_and_confirm("block", &bo).await;
    let mut at_bo = bo.socket().await;

    let mut at_ana = ana.socket().await;
    at_ana
        .send(json!({"type": "typing.start", "room": room}))
        .await;
    at_ana.heard("typing.started").await;

    assert_eq!(at_bo.heard("presence.changed").await.len(), 0);
    assert_eq!(at_bo.heard("typing.started").await.len(), 0);
    assert_eq!(at_bo.hello["online"], json!([]));
}

#[tokio::test]
async fn a_post_is_checked_again_although_the_socket_was_open_before() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_bo = bo.open_room(&ana).await;
    at_bo.post("allowed").await;

    ana.press_and_confirm("remove", &bo).await;
    assert_eq!(
        at_bo.post_refused("not any more").await["code"],
        "not_allowed"
    );
    bo.befriend(&ana).await;

    at_bo.post("allowed again").await;
}
