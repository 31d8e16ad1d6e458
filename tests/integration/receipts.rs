//! Delivery receipts: sent to authors, kept over a restart, and never sent without need.

use serde_json::{Value, json};

use crate::{
    stage::until,
    support::{Person, Room, Site, Socket},
};

fn received(room: i64, from: i64, to: i64) -> Value {
    json!({"type": "room.received", "room": room, "from": from, "to": to, "waited_ms": 0})
}

/// Returns the delivery cursors that this socket may see.
async fn status(socket: &mut Socket, room: i64) -> Value {
    socket
        .send(json!({"type": "room.status", "room": room}))
        .await;
    let mut delivered = socket.wait_for("room.delivered").await;
    json!([delivered["of"].take(), delivered["positions"].take()])
}

#[tokio::test]
async fn the_author_hears_when_the_other_has_the_message() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    let mut at_bo = ana_s_room_at(&bo, at_ana.id).await;
    assert_eq!(at_bo.socket.hello["rooms"][0]["received"], 0);
    let room = at_ana.id;
    at_ana.post("hello").await;
    at_bo.next_message().await;
    assert_eq!(status(&mut at_ana.socket, room).await, json!([1, []]));

    at_bo.socket.send(received(room, 1, 1)).await;

    let news = at_ana.socket.wait_for("room.delivered").await;
    assert_eq!(news["room"], room);
    assert_eq!(news["positions"], json!([{"user": bo.id, "seq": 1}]));
    assert!(
        at_bo.socket.heard("room.delivered").await.is_empty(),
        "who wrote nothing hears nothing"
    );
}

#[tokio::test]
async fn a_receipt_with_a_gap_or_beyond_the_end_claims_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    let mut at_bo = ana_s_room_at(&bo, at_ana.id).await;
    let room = at_ana.id;
    for text in ["one", "two", "three"] {
        at_ana.post(text).await;
    }

    at_bo.socket.send(received(room, 3, 3)).await;
    at_bo.socket.heard("").await;
    assert_eq!(status(&mut at_ana.socket, room).await, json!([1, []]));
    at_bo.socket.send(received(room, 0, 999)).await;
    let news = at_ana.socket.wait_for("room.delivered").await;

    assert_eq!(news["positions"], json!([{"user": bo.id, "seq": 3}]));
}

#[tokio::test]
async fn what_was_received_is_written_down_and_in_the_next_hello() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    let mut at_bo = ana_s_room_at(&bo, at_ana.id).await;
    let room = at_ana.id;
    at_ana.post("hello").await;
    at_bo.next_message().await;
    at_bo.socket.send(received(room, 1, 1)).await;
    at_ana.socket.wait_for("room.delivered").await;

    let again = bo.socket().await;
    assert_eq!(
        again.hello["rooms"][0]["received"], 1,
        "also before it is written"
    );
    let rows = format!("members WHERE user_id = {} AND delivered_seq = 1", bo.id);
    until("the position to be written", async || {
        (site.count(&rows) == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stranger_learns_and_changes_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    at_ana.post("hello").await;
    let room = at_ana.id;
    let eve = site.sign_up("eve").await;
    let mut at_eve = eve.socket().await;

    let mut answers = Vec::new();
    for number in [room, 999_999] {
        at_eve.send(received(number, 0, 1)).await;
        at_eve
            .send(json!({"type": "room.status", "room": number}))
            .await;
        answers.push(at_eve.wait_for("error.reported").await);
        assert!(at_eve.heard("room.delivered").await.is_empty());
    }

    assert_eq!(answers[0], answers[1], "as for a room that is not there");
    assert_eq!(status(&mut at_ana.socket, room).await, json!([1, []]));
}

#[tokio::test]
async fn after_a_block_neither_hears_of_the_other_s_receipts() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    let mut at_bo = ana_s_room_at(&bo, at_ana.id).await;
    let room = at_ana.id;
    at_ana.post("hello").await;
    at_bo.next_message().await;
    assert_eq!(status(&mut at_ana.socket, room).await, json!([1, []]));

    bo.press_and_confirm("block", &ana).await;
    let alone = json!([0, []]);
    while status(&mut at_ana.socket, room).await != alone {}
    at_bo.socket.send(received(room, 1, 1)).await;
    at_bo.socket.heard("").await;

    assert_eq!(status(&mut at_ana.socket, room).await, json!([0, []]));
    assert_eq!(status(&mut at_bo.socket, room).await, json!([0, []]));
    assert!(at_ana.socket.heard("room.delivered").await.is_empty());
}

#[tokio::test]
async fn a_page_without_scripts_has_received_what_it_shows_and_writes_nothing_twice() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.open_room(&bo).await;
    let room = at_ana.id;
    at_ana.post("one").await;
    at_ana.post("two").await;
    let path = format!("/rooms/{room}/");

    // A page that a script fetched counts as received when the script reports it.
    let scripted = format!("{}; parlour_script=1", bo.cookies());
    let request = bo.request(reqwest::Method::GET, &path);
    request.header("Cookie", scripted).send().await.unwrap();
    assert_eq!(status(&mut at_ana.socket, room).await, json!([1, []]));

    bo.open(&path).await;
    let news = at_ana.socket.wait_for("room.delivered").await;
    assert_eq!(news["positions"], json!([{"user": bo.id, "seq": 2}]));
    let rows = format!("members WHERE user_id = {} AND delivered_seq = 2", bo.id);
    until("the position to be written", async || {
        (site.count(&rows) == 1).then_some(())
    })
    .await;
    let own = ana.open(&path).await;
    let message = own.attribute("article:last-of-type", "data-id").unwrap();
    let details = format!("/rooms/{room}/messages/{message}/details/");
    assert_eq!(
        ana.open(&details)
            .await
            .texts("[aria-labelledby=delivered-heading] p"),
        ["To 1 of 1 person"]
    );
    assert!(!bo.open(&details).await.has("#delivered-heading"));

    site.execute(
        "CREATE TABLE moves (seq); CREATE TRIGGER every_move AFTER UPDATE ON members
         BEGIN INSERT INTO moves VALUES (new.read_seq); END;",
    );
    bo.open(&path).await;
    assert!(at_ana.socket.heard("room.delivered").await.is_empty());
    at_ana.post("three").await;
    bo.open(&path).await;
    at_ana.socket.wait_for("room.delivered").await;
    assert_eq!(
        (
            site.count("moves WHERE seq = 2"),
            site.count("moves WHERE seq = 3")
        ),
        (0, 1),
        "a page that shows nothing new writes nothing"
    );
}

async fn ana_s_room_at(person: &Person, id: i64) -> Room {
    Room {
        id,
        socket: person.socket().await,
    }
}
