//! Pings, closes and losses over a real socket.

use std::time::{Duration, Instant};

use channels::SocketOptions;

use super::DRIVER;
use crate::scripted::{group, message};
use crate::sockets::{BINARY, CLOSE, PING, PONG, Site};

fn site() -> Site {
    Site::start(DRIVER, SocketOptions::new())
}

#[actix_web::test]
async fn text_and_binary_come_back_whole() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    client.text("hello").await;
    assert_eq!(client.receive_text().await, "hello");
    client.send(BINARY, &[0, 255]).await;
    assert_eq!(client.receive().await, Some((BINARY, vec![0, 255])));
    client.text("").await;
    assert_eq!(client.receive_text().await, "");
}

#[actix_web::test]
async fn a_client_that_never_pauses_misses_no_event() {
    const FRAMES: usize = 200;
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    let frame = crate::sockets::frame(0x81, b"thrice tea");
    client.send_raw(&frame.repeat(FRAMES)).await;
    for _ in 0..3 * FRAMES {
        assert_eq!(client.receive_text().await, "heard again");
    }
}

#[actix_web::test]
async fn a_close_is_answered_once_with_its_own_code() {
    let mut site = site();
    for (payload, told) in [
        (&b"\x10\xe1"[..], "Some(4321) \"\""),
        (b"\x0f\xa0bye", "Some(4000) \"bye\""),
        (b"", "None \"\""),
    ] {
        let mut client = site.open("/ws/accept/").await;
        client.send(CLOSE, payload).await;
        let code = payload.first_chunk().copied().map(u16::from_be_bytes);
        assert_eq!(client.expect_close().await, code);
        let line = site.journal.next().await;
        assert_eq!(line, format!("disconnect {told} Client, in 0 groups"));
        assert_eq!(site.journal.next().await, "dropped");
    }
}

#[actix_web::test]
async fn nothing_is_processed_after_a_close() {
    let mut site = site();
    let mut client = site.open("/ws/accept/").await;
    let close = crate::sockets::frame(CLOSE, b"\x03\xe8");
    let after = crate::sockets::frame(0x81, b"note after the close");
    client.send_raw(&[close, after].concat()).await;
    assert_eq!(client.expect_close().await, Some(1000));
    assert!(site.journal.next().await.starts_with("disconnect"));
    assert_eq!(site.journal.next().await, "dropped");
}

#[actix_web::test]
async fn what_came_before_a_close_is_handled_though_the_peer_is_gone() {
    let mut site = site();
    let mut client = site.open("/ws/accept/").await;
    client.text("note last words").await;
    client.send(CLOSE, b"\x03\xe8").await;
    drop(client);
    assert_eq!(site.journal.next().await, "last words");
    assert!(
        site.journal
            .next()
            .await
            .starts_with("disconnect Some(1000)")
    );
}

#[actix_web::test]
async fn the_servers_close_has_code_and_reason_and_needs_no_answer() {
    let mut site = Site::start(
        DRIVER,
        SocketOptions::new().close_timeout(Duration::from_millis(50)),
    );
    let mut client = site.open("/ws/accept/").await;
    client.text("close 4005 because").await;
    let (first, payload) = client.receive().await.unwrap();
    assert_eq!((first, payload), (CLOSE, b"\x0f\xa5because".to_vec()));
    assert_eq!(site.journal.next().await, "closed: true");
    let closed = r#"disconnect Some(4005) "because" Server, in 0 groups"#;
    assert_eq!(site.journal.next().await, closed);
    assert!(client.is_cut().await);
}

#[actix_web::test]
async fn a_handler_that_fails_closes_with_1011() {
    let mut site = site();
    for command in ["fail", "panic"] {
        let mut client = site.open("/ws/accept/").await;
        client.text(command).await;
        let (first, payload) = client.receive().await.unwrap();
        assert_eq!(
            (first, payload),
            (CLOSE, 1011_u16.to_be_bytes().to_vec()),
            "{command}"
        );
        assert!(
            site.journal
                .next()
                .await
                .starts_with("disconnect Some(1011)")
        );
        assert_eq!(site.journal.next().await, "dropped");
    }
}

#[actix_web::test]
async fn a_connection_that_vanishes_is_disconnected_once_and_leaves_its_groups() {
    let mut site = site();
    let client = site.open("/ws/accept/?group=tea").await;
    drop(client);
    let lost = r#"disconnect Some(1006) "" Network, in 0 groups"#;
    assert_eq!(site.journal.next().await, lost);
    assert_eq!(site.journal.next().await, "dropped");
    let report = site
        .layer
        .group_send(&group("tea"), message("anyone?"))
        .await
        .unwrap();
    assert_eq!((report.delivered, report.dropped), (0, 0));
    assert!(site.stop().await.rest().await.is_empty());
}

#[actix_web::test]
async fn a_peer_that_vanishes_while_a_handler_hangs_is_cleaned_up() {
    let options = SocketOptions::new().handler_grace(Duration::from_millis(50));
    let mut site = Site::start(DRIVER, options);
    let mut client = site.open("/ws/accept/?group=tea").await;
    client.text("hang").await;
    drop(client);
    assert!(
        site.journal
            .next()
            .await
            .starts_with("disconnect Some(1006)")
    );
}

#[actix_web::test]
async fn a_peer_that_vanishes_during_connect_is_cleaned_up() {
    let options = SocketOptions::new().handler_grace(Duration::from_millis(50));
    let mut site = Site::start(DRIVER, options.connect_timeout(Duration::from_millis(200)));
    let mut client = crate::sockets::Client::dial(site.address).await;
    let request = format!(
        "GET /ws/hang/?group=tea HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
        crate::sockets::KEY,
    );
    client.send_raw(request.as_bytes()).await;
    let tea = group("tea");
    let reached = || site.layer.group_send(&tea, message("there yet?"));
    while reached().await.unwrap().delivered == 0 {
        tokio::task::yield_now().await;
    }
    drop(client);
    assert!(
        site.journal
            .next()
            .await
            .starts_with("disconnect Some(1006)")
    );
    assert_eq!(site.journal.next().await, "dropped");
}

#[actix_web::test]
async fn pings_are_answered_while_a_handler_hangs() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    client.text("hang").await;
    client.send(PING, b"hello?").await;
    assert_eq!(client.receive().await, Some((PONG, b"hello?".to_vec())));
    client.send(CLOSE, b"\x03\xe8").await;
    assert_eq!(client.expect_close().await, Some(1000));
}

#[actix_web::test]
async fn a_silent_peer_is_pinged_and_then_dropped() {
    let options = SocketOptions::new()
        .ping_interval(Duration::from_millis(100))
        .idle_timeout(Duration::from_secs(1));
    let mut site = Site::start(DRIVER, options);
    let started = Instant::now();
    let mut client = site.open("/ws/accept/").await;
    let mut pings = 0;
    while let Some((first, _)) = client.receive_any().await {
        assert_eq!(first, PING);
        pings += 1;
    }
    assert!((1..=11).contains(&pings), "{pings} pings");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert!(
        site.journal
            .next()
            .await
            .starts_with("disconnect Some(1006)")
    );
}

#[actix_web::test]
async fn a_peer_that_answers_pings_stays() {
    let options = SocketOptions::new()
        .ping_interval(Duration::from_millis(100))
        .idle_timeout(Duration::from_secs(1));
    let site = Site::start(DRIVER, options);
    let mut client = site.open("/ws/accept/").await;
    for _ in 0..15 {
        assert_eq!(client.receive_any().await, Some((PING, Vec::new())));
        client.send(PONG, b"").await;
    }
    client.text("still here").await;
    assert_eq!(client.receive_text().await, "still here");
}

#[actix_web::test]
async fn groups_reach_sockets_of_all_workers() {
    let site = site();
    let mut members = Vec::new();
    for _ in 0..4 {
        members.push(site.open("/ws/accept/?group=tea").await);
    }
    let report = site
        .layer
        .group_send(&group("tea"), message("hello"))
        .await
        .unwrap();
    assert_eq!(report.delivered, 4);
    for member in &mut members {
        assert_eq!(member.receive_text().await, "heard hello");
    }
}

#[actix_web::test]
async fn pages_of_the_same_app_are_served_as_ever() {
    let site = site();
    let mut client = crate::sockets::Client::dial(site.address).await;
    let (status, _) = client.request("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(status, 200);
}

#[actix_web::test]
async fn a_server_that_stops_ends_its_open_connections() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    let journal = site.stop().await;
    assert!(client.is_cut().await);
    let lines = journal.rest().await;
    assert_eq!(
        lines.last().map(String::as_str),
        Some("dropped"),
        "{lines:?}"
    );
}
