//! Permissions of outsiders, removed and blocked people, and visitors, on pages and sockets.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Room, Site};

/// Pages and forms that need a signed-in person. `{room}` and `{person}` are placeholders.
const INSIDE: [(&str, &str); 39] = [
    ("GET", "/"),
    ("GET", "/friends/"),
    ("GET", "/rooms/{room}/"),
    ("GET", "/rooms/with/{person}/"),
    ("GET", "/accounts/password/"),
    ("GET", "/accounts/devices/"),
    ("GET", "/friends/{person}/block/"),
    ("GET", "/friends/{person}/remove/"),
    ("POST", "/friends/add/"),
    ("POST", "/friends/{person}/accept/"),
    ("POST", "/friends/{person}/decline/"),
    ("POST", "/friends/cancel/"),
    ("POST", "/friends/{person}/remove/"),
    ("POST", "/friends/{person}/block/"),
    ("POST", "/friends/{person}/unblock/"),
    ("POST", "/rooms/{room}/messages/"),
    ("GET", "/rooms/{room}/people/"),
    ("GET", "/rooms/{room}/messages/1/actions/"),
    ("GET", "/rooms/{room}/messages/1/outsiders/"),
    ("GET", "/rooms/{room}/messages/1/versions/"),
    ("GET", "/rooms/{room}/messages/1/edit/"),
    ("POST", "/rooms/{room}/messages/1/edit/"),
    ("GET", "/rooms/{room}/messages/1/delete/"),
    ("POST", "/rooms/{room}/messages/1/delete/"),
    ("POST", "/rooms/{room}/messages/1/reactions/"),
    ("GET", "/rooms/{room}/messages/1/reminder/"),
    ("POST", "/rooms/{room}/messages/1/reminder/"),
    ("GET", "/reminders/"),
    ("POST", "/reminders/1/done/"),
    ("POST", "/reminders/1/again/"),
    ("POST", "/accounts/password/"),
    ("POST", "/accounts/devices/1/revoke/"),
    ("POST", "/accounts/devices/revoke-others/"),
    ("GET", "/rooms/{room}/?before=1"),
    ("GET", "/rooms/{room}/?around=1"),
    ("GET", "/rooms/{room}/log/"),
    ("GET", "/rooms/{room}/messages/1/"),
    ("GET", "/?room={room}"),
    ("GET", "/friends/?page=1"),
];

#[tokio::test]
async fn a_visitor_is_sent_to_the_log_in_page_from_everywhere_inside() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let visitor = site.visitor();
    let token = visitor.csrf_token("/accounts/login/").await;

    for (method, path) in INSIDE {
        let path = path
            .replace("{room}", &room.to_string())
            .replace("{person}", &bo.id.to_string());
        let answer = match method {
            "GET" => visitor.get(&path).await,
            _ => {
                visitor
                    .post(&path, &[("csrf_token".to_owned(), token.clone())])
                    .await
            }
        };
        assert_eq!(answer.status, 303, "{method} {path}");
        assert!(
            answer.location().starts_with("/accounts/login/"),
            "{method} {path}"
        );
        assert!(!answer.body.contains("ana"), "{method} {path}");
    }
    assert_eq!(site.count("blocks"), 0);
    assert_eq!(ana.lists().await.friends, ["bo"]);
}

#[tokio::test]
async fn a_stranger_gets_the_page_of_a_missing_room() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    room.post("for bo alone").await;
    let eve = site.sign_up("eve").await;

    let theirs = eve.get(&format!("/rooms/{}/", room.id)).await;
    let missing = eve.get("/rooms/999999/").await;

    assert_eq!((theirs.status, missing.status), (404, 404));
    let plain = |body: &str, id: &str| {
        without_request_id(body).replace(&format!("/rooms/{id}/"), "/rooms/n/")
    };
    assert_eq!(
        plain(&theirs.body, &room.id.to_string()),
        plain(&missing.body, "999999")
    );
    for page in [
        "/rooms/0/",
        "/rooms/-1/",
        "/rooms/99999999999999999999/",
        "/rooms/x/",
    ] {
        assert_eq!(eve.get(page).await.status, 404, "{page}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_post_with_the_form_either() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let eve = site.sign_up("eve").await;

    let answer = eve.post_by_form(room, "let me in").await;

    assert_eq!(answer, 404);
    assert_eq!(site.count("messages"), 0);
}

#[tokio::test]
async fn the_socket_of_a_stranger_can_neither_read_nor_post_nor_listen() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    room.post("before").await;
    let eve = site.sign_up("eve").await;
    let mut at_eve = Room {
        id: room.id,
        socket: eve.socket().await,
    };
    assert_eq!(at_eve.socket.hello["rooms"], json!([]));

    let theirs = answers_to(&mut at_eve, room.id).await;
    let missing = answers_to(&mut at_eve, 999_999).await;
    room.post("after").await;

    assert_eq!(
        theirs, missing,
        "somebody else's room answers like a missing one"
    );
    for kind in ["message.created", "room.events", "typing.started"] {
        assert_eq!(
            at_eve.socket.heard(kind).await,
            Vec::<serde_json::Value>::new()
        );
    }
    assert_eq!(site.count("messages"), 2);
}

#[tokio::test]
async fn nobody_opens_a_conversation_with_a_stranger() {
    let site = Site::start().await;
    let (ana, eve) = (site.sign_up("ana").await, site.sign_up("eve").await);

    let theirs = eve.get(&format!("/rooms/with/{}/", ana.id)).await;
    let missing = eve.get("/rooms/with/999999/").await;
    let myself = eve.get(&format!("/rooms/with/{}/", eve.id)).await;

    assert_eq!(
        (theirs.status, missing.status, myself.status),
        (404, 404, 404)
    );
    assert_eq!(site.count("rooms"), 0);
}

async fn answers_to(at_eve: &mut Room, room: i64) -> Vec<serde_json::Value> {
    let mut answers = Vec::new();
    for event in [
        json!({"type": "room.resume", "room": room, "after": 0}),
        json!({"type": "typing.start", "room": room}),
        json!({"type": "room.read", "room": room, "seq": 1}),
        json!({"type": "room.unread", "room": room, "seq": 1}),
        json!({"type": "seen.ask", "room": room}),
        json!({"type": "message.post", "room": room, "client_id": Uuid::nil(), "body": "x"}),
        json!({"type": "message.edit", "room": room, "client_id": Uuid::nil(), "id": 1, "body": "x"}),
        json!({"type": "message.delete", "room": room, "client_id": Uuid::nil(), "id": 1}),
        json!({"type": "message.react", "room": room, "client_id": Uuid::nil(), "id": 1, "emoji": "🌱", "on": true}),
    ] {
        let is_written = event["client_id"].is_string();
        at_eve.socket.send(event).await;
        if is_written {
            // Answered when the writer has looked, which may be after the next ping.
            let mut refused = at_eve.socket.wait_for("message.refused").await;
            refused["room"] = json!(0);
            answers.push(refused);
        }
        let kinds = ["error.reported", "message.refused", "room.events"];
        for mut answer in at_eve.socket.take_heard(&kinds).await {
            if let Some(number) = answer.get_mut("room") {
                *number = json!(0);
            }
            answers.push(answer);
        }
    }
    assert!(!answers.is_empty(), "some answer is given");
    answers
}

fn without_request_id(body: &str) -> String {
    let lines = body.lines().filter(|line| !line.contains("Request "));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn another_method_on_a_known_path_does_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    for path in [
        format!("/friends/{}/accept/", bo.id),
        format!("/friends/{}/unblock/", bo.id),
    ] {
        let answer = ana
            .request(Method::GET, &path)
            .send()
            .await
            .unwrap()
            .status();
        assert!([404, 405].contains(&answer.as_u16()), "{path}: {answer}");
    }
}
