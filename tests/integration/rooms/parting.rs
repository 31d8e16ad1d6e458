//! A person who leaves or is removed receives no further events on any socket, even under load.

use serde_json::{Value, json};
use uuid::Uuid;

use super::People;
use crate::support::{Room, Site, Socket, is_of};

#[tokio::test]
async fn somebody_removed_from_a_busy_room_hears_nothing_after_the_removal() {
    let site = Site::start_with(|settings| {
        settings.rates.messages = "10000/1s".parse().unwrap();
        settings.rates.messages_ip = "10000/1s".parse().unwrap();
        settings.limits.socket_events = "10000/1s".parse().unwrap();
        settings.limits.socket_posts = 1000;
        // Nobody reads while the room is flooded, and nobody may be cut for it.
        settings.limits.socket_queue_events = 10_000;
        settings.limits.socket_queue_bytes = 64 * 1024 * 1024;
    })
    .await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Busy", &[&bo, &cleo]).await;
    let mut at_bo = [bo.socket().await, bo.socket().await, bo.socket().await];
    let (mut at_ana, mut at_cleo) = (ana.socket().await, cleo.socket().await);

    flood(&mut at_cleo, room, "before", 60).await;
    let removal = async {
        let path = format!("people/{}/remove/", bo.id);
        ana.about_room(room, &path, &[]).await
    };
    let (removed, ()) = tokio::join!(removal, flood(&mut at_cleo, room, "during", 400));
    assert_eq!(removed.status, 303);
    flood(&mut at_cleo, room, "after", 60).await;

    let left = at_ana
        .wait_until("the removal", |event| event["change"] == "left")
        .await;
    let end = left["seq"].as_i64().unwrap();
    at_ana
        .wait_until("the last message", |event| event["body"] == "after 59")
        .await;
    for socket in &mut at_bo {
        socket.wait_in(room, "room.removed").await;
        // A round trip after all messages: everything has arrived.
        let heard = socket.heard("message.created").await;
        let latest = heard.iter().filter_map(|event| event["seq"].as_i64()).max();
        assert!(latest.unwrap_or(0) < end, "{latest:?} after {end}");
        assert!(
            heard
                .iter()
                .all(|event| !event["body"].as_str().unwrap().starts_with("after"))
        );
        assert_eq!(socket.already_heard("member.changed"), Vec::<Value>::new());
        for kind in ["typing.started", "room.changed", "message.changed"] {
            assert!(socket.already_heard(kind).is_empty(), "{kind}");
        }
    }
    let late = bo.socket().await;
    assert!(
        late.hello["rooms"]
            .as_array()
            .unwrap()
            .iter()
            .all(|known| !is_of(known, room))
    );
    assert_eq!(bo.get(&format!("/rooms/{room}/")).await.status, 404);
    assert_eq!(bo.post_by_form(room, "still here?").await, 404);
}

/// Posts as fast as the socket accepts, then reads until the last post is stored. The server reads
/// no further posts while its answers are not read (back-pressure).
async fn flood(socket: &mut Socket, room: i64, what: &str, count: usize) {
    let mut last = String::new();
    for number in 0..count {
        last = Uuid::new_v4().to_string();
        let post = json!({
            "type": "message.post", "room": room, "client_id": last,
            "body": format!("{what} {number}"),
        });
        socket.send(post).await;
        // A browser reads its answers; one that does not is blocked in the end.
        if number % 20 == 0 {
            socket.heard("message.accepted").await;
        }
    }
    let is_stored =
        |event: &Value| event["type"] == "message.accepted" && event["client_id"] == last;
    socket.wait_until("the last answer", is_stored).await;
}

#[tokio::test]
async fn the_socket_of_somebody_removed_can_neither_read_nor_post_nor_type() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let mut at_bo = Room {
        id: room,
        socket: bo.socket().await,
    };
    at_bo.post("while I was here").await;

    ana.about_room(room, &format!("people/{}/remove/", bo.id), &[])
        .await;

    at_bo.socket.wait_in(room, "room.removed").await;
    assert_eq!(at_bo.post_refused("and now").await["code"], "not_allowed");
    at_bo
        .socket
        .send(json!({"type": "room.resume", "room": room, "after": 0}))
        .await;
    let answer = at_bo.socket.wait_for("error.reported").await;
    assert_eq!(answer["code"], "not_found");
    let mut at_ana = ana.socket().await;
    at_bo
        .socket
        .send(json!({"type": "typing.start", "room": room}))
        .await;
    at_bo.socket.heard("typing.started").await;
    assert!(at_ana.heard("typing.started").await.is_empty());
}

#[tokio::test]
async fn whoever_leaves_hears_nothing_more_and_what_was_said_stays() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    for room in [
        ana.make_room("open", "Garden", &[&bo, &cleo]).await,
        ana.make_room("closed", "Tea", &[&bo, &cleo]).await,
        ana.make_group(&[&bo, &cleo]).await,
    ] {
        bo.post_by_form(room, "I was here").await;
        let mut at_bo = bo.socket().await;

        let page = format!("/rooms/{room}/leave/");
        let left = bo.submit(&page, &page, &[]).await;

        assert_eq!(left.location(), "/");
        at_bo.wait_in(room, "room.removed").await;
        ana.post_by_form(room, "without bo").await;
        assert!(at_bo.heard("message.created").await.is_empty());
        let shown = cleo.open(&format!("/rooms/{room}/")).await;
        assert_eq!(shown.messages(), ["I was here", "without bo"]);
        assert_eq!(cleo.told_in(room).await.last().unwrap(), "bo left");
    }
    let direct = ana.room_with(&bo).await;
    assert_eq!(ana.about_room(direct, "leave/", &[]).await.status, 403);
}

#[tokio::test]
async fn the_room_of_an_owner_who_leaves_goes_to_whom_they_choose_or_who_is_next() {
    let site = Site::start().await;
    let People { ana, bo, cleo, eve } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let appoint = format!("people/{}/role/", cleo.id);
    ana.about_room(room, &appoint, &[("role", "moderator")])
        .await;

    let question = ana.open(&format!("/rooms/{room}/leave/")).await;
    assert_eq!(
        question.texts("#heir option"),
        ["cleo", "bo"],
        "the moderator follows"
    );
    let nobody = [("heir", eve.id.to_string())];
    let nobody = nobody.each_ref().map(|(name, id)| (*name, id.as_str()));
    let refused = ana.about_room(room, "leave/", &nobody).await;
    assert_eq!(refused.location(), format!("/rooms/{room}/leave/"));
    let chosen = [("heir", bo.id.to_string())];
    let chosen = chosen.each_ref().map(|(name, id)| (*name, id.as_str()));
    assert_eq!(ana.about_room(room, "leave/", &chosen).await.status, 303);
    assert_eq!(
        bo.members_of(room).await,
        ["bo", "cleo"],
        "the owner stands first"
    );

    assert_eq!(bo.about_room(room, "leave/", &[]).await.status, 303);
    let told = cleo.told_in(room).await;
    assert!(
        told.contains(&"bo made cleo the owner".to_owned()),
        "{told:?}"
    );

    assert_eq!(cleo.about_room(room, "leave/", &[]).await.status, 303);
    assert_eq!(cleo.get(&format!("/rooms/{room}/")).await.status, 404);
    // The page has told the last member that everything is deleted at once.
    crate::stage::until("the room to be gone", async || {
        let query = format!("rooms WHERE id = {room}");
        (site.count(&query) == 0).then_some(())
    })
    .await;
}
