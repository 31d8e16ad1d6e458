//! The WebSocket: who may connect, how much they may send, and how it closes.

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Site, Socket};

#[tokio::test]
async fn only_the_site_itself_may_open_a_socket() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let own = ana.origin();
    let port = site.address.port();

    for origin in [
        String::new(),
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("{own}.evil.example"),
        format!("{own}@evil.example"),
        format!("http://127.0.0.1:{}", port ^ 1),
        own.replace("http:", "https:"),
        "not an origin".to_owned(),
    ] {
        let headers = [("Origin", origin.clone()), ("Cookie", ana.cookies())];
        let answer = Socket::try_connect(&ana, &headers).await;
        assert_eq!(
            answer.err().map(|status| status.as_u16()),
            Some(403),
            "{origin:?}"
        );
    }
    ana.socket().await;
}

#[tokio::test]
async fn a_socket_to_a_host_that_is_not_ours_is_refused() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let headers = [
        ("Host", "evil.example".to_owned()),
        ("Origin", ana.origin()),
        ("Cookie", ana.cookies()),
    ];
    let answer = Socket::try_connect(&ana, &headers).await;

    assert_eq!(answer.err().map(|status| status.as_u16()), Some(400));
}

#[tokio::test]
async fn the_first_frame_says_who_i_am() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;

    let hello = ana.socket().await.hello;

    assert_eq!(hello["user"], json!({"id": ana.id, "username": "ana"}));
    assert_eq!(hello["rooms"], json!([]));
    assert_eq!(hello["limits"]["message_chars"], 10_000);
    assert_eq!(hello["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn a_handshake_that_is_not_one_is_refused() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    for (change, value, status) in [
        ("Sec-WebSocket-Version", "8", 426),
        ("Sec-WebSocket-Key", "short", 400),
        ("Upgrade", "xwebsocketx", 426),
    ] {
        let mut request = ana
            .request(Method::GET, "/ws/")
            .header("Origin", ana.origin());
        for (name, usual) in [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
        ] {
            request = request.header(name, if name == change { value } else { usual });
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{change}: {value}");
        if change == "Sec-WebSocket-Version" {
            assert_eq!(answer.headers()["sec-websocket-version"], "13");
        }
    }
    assert_eq!(ana.get("/ws/").await.status / 100, 4, "an ordinary request");
}

#[tokio::test]
async fn what_is_not_understood_is_reported_and_the_socket_stays() {
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;

    for text in [
        "not json",
        "[]",
        "42",
        "{}",
        r#"{"type":"no.such"}"#,
        r#"{"type":"message.post","room":"7"}"#,
        r#"{"type":"message.post","room":7,"client_id":"no uuid","body":"x"}"#,
    ] {
        socket.send_text(text).await;
        let error = socket.wait_for("error.reported").await;
        assert!(!error["text"].as_str().unwrap().is_empty());
    }
    assert_eq!(socket.heard("error.reported").await.len(), 0);
}

#[tokio::test]
async fn json_that_is_nested_too_deep_is_refused() {
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;

    socket
        .send_text(&format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)))
        .await;
    socket.wait_for("error.reported").await;
    let nested = format!(
        r#"{{"type":"connection.ping","x":{}{}}}"#,
        "[".repeat(9),
        "]".repeat(9)
    );
    socket.send_text(&nested).await;
    socket.wait_for("error.reported").await;
}

#[tokio::test]
async fn more_than_ten_errors_in_a_minute_close_the_socket() {
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;
    for _ in 0..11 {
        socket.send_text("not json").await;
    }

    assert_eq!(socket.wait_for_close().await, Some(1008));
}

#[tokio::test]
async fn a_frame_that_is_too_large_closes_with_1009() {
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;

    socket
        .stream
        .send(Message::text("x".repeat(70_000)))
        .await
        .ok();

    assert_eq!(socket.wait_for_close().await, Some(1009));
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;

    socket
        .stream
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();

    assert_eq!(socket.wait_for_close().await, Some(1003));
}

#[tokio::test]
async fn a_close_is_answered_with_the_same_code() {
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
    let site = Site::start().await;
    let mut socket = site.sign_up("ana").await.socket().await;

    let frame = CloseFrame {
        code: CloseCode::Away,
        reason: "bye".into(),
    };
    socket
        .stream
        .send(Message::Close(Some(frame)))
        .await
        .unwrap();

    assert_eq!(socket.wait_for_close().await, Some(1001));
    assert!(socket.stream.next().await.is_none());
}

#[tokio::test]
async fn a_flood_of_events_is_warned_and_then_closed() {
    let site = Site::start_with(|settings| {
        settings.limits.socket_events = "10/1s".parse().unwrap();
    })
    .await;
    let mut socket = site.sign_up("ana").await.socket().await;
    for _ in 0..200 {
        let ping = json!({"type": "typing.stop", "room": 1}).to_string();
        if socket.stream.send(Message::text(ping)).await.is_err() {
            break;
        }
    }

    assert_eq!(socket.wait_for_close().await, Some(1008));
    assert!(
        !socket.already_heard("error.reported").is_empty(),
        "a warning first"
    );
}

#[tokio::test]
async fn too_many_sockets_are_refused_before_the_upgrade() {
    let site = Site::start_with(|settings| {
        settings.limits.sockets_per_user = 2;
        settings.limits.sockets_per_ip = 4;
    })
    .await;
    let (ana, bo, cy) = (
        site.sign_up("ana").await,
        site.sign_up("bo").await,
        site.sign_up("cy").await,
    );
    let refusal = async |person: &crate::support::Person| {
        let headers = [("Origin", person.origin()), ("Cookie", person.cookies())];
        Socket::try_connect(person, &headers)
            .await
            .err()
            .map(|status| status.as_u16())
    };

    let of_ana = (ana.socket().await, ana.socket().await);
    assert_eq!(refusal(&ana).await, Some(429), "the third of one person");
    let _of_bo = (bo.socket().await, bo.socket().await);
    assert_eq!(refusal(&cy).await, Some(429), "the fifth of one address");

    drop(of_ana);
    crate::stage::until("a free place", async || {
        refusal(&cy).await.is_none().then_some(())
    })
    .await;
}

/// Returns the status with which a socket of this person is refused.
async fn refusal(person: &crate::support::Person) -> Option<u16> {
    let headers = [("Origin", person.origin()), ("Cookie", person.cookies())];
    let refused = Socket::try_connect(person, &headers).await.err();
    refused.map(|status| status.as_u16())
}

#[tokio::test]
async fn a_session_that_ends_while_its_socket_opens_opens_none() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    assert_eq!(refusal(&ana).await, None);
    site.end_sessions_when_used();

    assert_eq!(refusal(&ana).await, Some(403));

    assert_eq!(site.count("sessions"), 0, "it was found, and then ended");
}

#[tokio::test]
async fn handshakes_are_limited_for_a_person_and_for_an_address() {
    let site = Site::start_with(|settings| {
        settings.rates.handshakes = "2/1h".parse().unwrap();
        settings.rates.handshakes_ip = "5/1h".parse().unwrap();
    })
    .await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    assert_eq!(refusal(&ana).await, None);
    assert_eq!(refusal(&ana).await, None);
    assert_eq!(refusal(&ana).await, Some(429), "the third of one person");
    assert_eq!(refusal(&bo).await, None);
    let visitor = site.visitor();
    assert_eq!(refusal(&visitor).await, Some(403), "not signed in");

    assert_eq!(refusal(&bo).await, Some(429), "the sixth of one address");
    assert_eq!(refusal(&visitor).await, Some(429), "before the session");
}

#[tokio::test]
async fn read_marks_of_a_socket_are_limited_for_the_person() {
    let site = Site::start_with(|settings| {
        settings.rates.read_marks = "2/1h".parse().unwrap();
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.open_room(&bo).await.id;
    let (mut one, mut other) = (ana.socket().await, ana.socket().await);
    let read = || json!({"type": "room.read", "room": room, "seq": 1});
    for _ in 0..2 {
        one.send(read()).await;
    }
    one.send(json!({"type": "connection.ping"})).await;
    one.wait_for("connection.pong").await;

    other.send(read()).await;

    assert_eq!(other.wait_for("error.reported").await["code"], "too_fast");
    other.send(json!({"type": "connection.ping"})).await;
    other.wait_for("connection.pong").await;
    assert!(one.already_heard("error.reported").is_empty());
}

#[tokio::test]
async fn a_full_server_says_so() {
    let site = Site::start_with(|settings| settings.limits.max_sockets = 1).await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let _open = ana.socket().await;

    let headers = [("Origin", bo.origin()), ("Cookie", bo.cookies())];
    let refused = Socket::try_connect(&bo, &headers).await.err();

    assert_eq!(refused.map(|status| status.as_u16()), Some(503));
}

#[tokio::test]
async fn messages_that_come_too_fast_are_refused_with_a_time() {
    let site = Site::start_with(|settings| {
        settings.rates.messages = "3/1m".parse().unwrap();
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    for i in 0..3 {
        room.post(&format!("{i}")).await;
    }

    let refused = room.post_refused("too fast").await;

    assert_eq!(refused["code"], "rate");
    assert!(refused["retry_after_ms"].as_u64().unwrap() > 0);
    assert_eq!(site.count("messages"), 3);
}
