//! The strict check of handshakes over a real socket, and the answers on the wire.

use channels::SocketOptions;

use super::DRIVER;
use crate::sockets::{Client, Driver, Headers, KEY, Site, TEXT};

fn site() -> Site {
    Site::start(DRIVER, SocketOptions::new())
}

async fn handshake(site: &Site, path: &str, extra: &str) -> (u16, Headers) {
    Client::dial(site.address)
        .await
        .handshake(path, extra)
        .await
}

#[actix_web::test]
async fn a_good_handshake_is_answered_with_the_hash_of_its_key() {
    let (status, headers) = handshake(&site(), "/ws/accept/", "").await;
    assert_eq!(status, 101);
    assert_eq!(
        headers["sec-websocket-accept"],
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    );
    assert_eq!(headers["upgrade"], "websocket");
    assert_eq!(headers["connection"].to_ascii_lowercase(), "upgrade");
    assert!(!headers.contains_key("sec-websocket-protocol"));
}

#[actix_web::test]
async fn a_chosen_subprotocol_and_headers_are_sent() {
    let site = site();
    let offer = "Sec-WebSocket-Protocol: chat.v1, chat.v2\r\n";
    let (status, headers) = handshake(&site, "/ws/protocol/?chat.v2", offer).await;
    assert_eq!(
        (status, headers["sec-websocket-protocol"].as_str()),
        (101, "chat.v2")
    );
    let (_, headers) = handshake(&site, "/ws/greeting/", "").await;
    assert_eq!(headers["x-greeting"], "hello");
}

#[actix_web::test]
async fn frames_sent_in_connect_come_first() {
    let site = site();
    let mut client = site.open("/ws/greeting/").await;
    client.text("next").await;
    assert_eq!(client.receive_text().await, "welcome");
    assert_eq!(client.receive().await, Some((0x82, Vec::new())));
    assert_eq!(client.receive().await, Some((TEXT, b"next".to_vec())));
}

#[actix_web::test]
async fn a_denial_is_plain_http_and_ends_the_connection() {
    let mut site = site();
    let mut client = Client::dial(site.address).await;
    let (status, headers) = client.handshake("/ws/busy/", "").await;
    assert_eq!((status, headers["retry-after"].as_str()), (429, "30"));
    assert_eq!(headers["content-length"], "9");
    let denied = r#"disconnect Some(1006) "" Server, in 0 groups"#;
    assert_eq!(site.journal.next().await, denied);
    assert_eq!(site.journal.next().await, "dropped");
}

#[actix_web::test]
async fn each_denial_has_its_status() {
    let site = site();
    for (path, status) in [
        ("/ws/deny/", 403),
        ("/ws/silent/", 403),
        ("/ws/closing/", 403),
        ("/ws/broken/", 500),
        ("/ws/panic/", 500),
        ("/ws/a/b/", 404),
        ("/ws/%ff/", 400),
    ] {
        assert_eq!(handshake(&site, path, "").await.0, status, "{path}");
    }
}

#[actix_web::test]
async fn accept_then_close_is_101_and_a_close_frame() {
    let site = site();
    for (path, code) in [("/ws/accept-close/", 4003), ("/ws/banned/", 4001)] {
        let mut client = site.open(path).await;
        assert_eq!(client.expect_close().await, Some(code));
    }
}

const GOOD: [&str; 6] = [
    "GET /ws/accept/ HTTP/1.1",
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

async fn answer(site: &Site, lines: &[&str]) -> (u16, Headers) {
    let head = format!("{}\r\n\r\n", lines.join("\r\n"));
    Client::dial(site.address).await.request(&head).await
}

#[actix_web::test]
async fn lax_handshakes_are_refused() {
    let site = site();
    assert_eq!(answer(&site, &GOOD).await.0, 101, "the premise");
    let changes = [
        (0, "GET /ws/accept/ HTTP/1.0", 400),
        (0, "POST /ws/accept/ HTTP/1.1", 405),
        (2, "Connection: keep-alive", 400),
        (4, "Sec-WebSocket-Version: 8", 426),
        (4, "Sec-WebSocket-Version: 7", 426),
        (4, "Sec-WebSocket-Version: 13, 8", 426),
        (4, "X-Nothing: 1", 426),
        (5, "Sec-WebSocket-Key: short", 400),
        (5, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTEyMw==", 400),
        (5, "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!", 400),
        (5, "X-Nothing: 1", 400),
    ];
    for (at, line, status) in changes {
        let mut lines = GOOD;
        lines[at] = line;
        assert_eq!(answer(&site, &lines).await.0, status, "{line}");
    }
    let second_key = format!("Sec-WebSocket-Key: {KEY}");
    let twice = [&GOOD[..], &[&second_key]].concat();
    assert_eq!(answer(&site, &twice).await.0, 400);
}

#[actix_web::test]
async fn an_upgrade_to_something_else_is_no_handshake() {
    let site = site();
    for upgrade in ["Upgrade: xwebsocketx", "Upgrade: h2c"] {
        let mut lines = GOOD;
        lines[3] = upgrade;
        let expected = match DRIVER {
            Driver::Mounted => 426,
            // Only a request for a WebSocket is handed over; the App answers others.
            Driver::OwnSocket | Driver::Tls | Driver::TwoProcesses => 404,
        };
        assert_eq!(answer(&site, &lines).await.0, expected, "{upgrade}");
    }
}

#[actix_web::test]
async fn a_tunnel_is_refused() {
    let lines = ["CONNECT localhost:80 HTTP/1.1", "Host: localhost"];
    let status = answer(&site(), &lines).await.0;
    assert!([404, 405].contains(&status), "{status}");
}

#[actix_web::test]
async fn a_wrong_version_learns_the_right_one() {
    let mut lines = GOOD;
    lines[4] = "Sec-WebSocket-Version: 8";
    let (status, headers) = answer(&site(), &lines).await;
    assert_eq!(
        (status, headers["sec-websocket-version"].as_str()),
        (426, "13")
    );
}

#[actix_web::test]
async fn a_browser_that_visits_the_address_is_told_what_it_is_for() {
    let lines = ["GET /ws/accept/ HTTP/1.1", "Host: localhost"];
    let (status, headers) = answer(&site(), &lines).await;
    match DRIVER {
        Driver::Mounted => assert_eq!((status, &*headers["upgrade"]), (426, "websocket")),
        // Not asked for an upgrade, the App answers.
        Driver::OwnSocket | Driver::Tls | Driver::TwoProcesses => assert_eq!(status, 404),
    }
}

#[actix_web::test]
async fn words_of_the_handshake_are_read_in_any_case() {
    let mut lines = GOOD;
    lines[2] = "connection: keep-alive, UPGRADE";
    lines[3] = "upgrade: WebSocket";
    assert_eq!(answer(&site(), &lines).await.0, 101);
}
