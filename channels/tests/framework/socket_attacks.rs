//! What hostile peers try, and how each attempt ends.

use std::time::{Duration, Instant};

use channels::SocketOptions;
use futures_util::future::join_all;

use super::DRIVER;
use crate::scripted::PATIENCE;
use crate::sockets::{BINARY, CLOSE, Client, PING, PONG, Site, TEXT, frame};

const OPEN_TEXT: u8 = 0x01;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

async fn attacked(site: &Site, bytes: &[u8]) -> Client {
    let mut client = site.open("/ws/accept/").await;
    client.text("premise").await;
    assert_eq!(client.receive_text().await, "premise");
    client.send_raw(bytes).await;
    client
}

#[actix_web::test]
async fn each_broken_rule_closes_with_its_code() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let attacks: [(&str, Vec<u8>, u16); 22] = [
        ("reserved bit", vec![0xc1, 0x80, 1, 2, 3, 4], 1002),
        ("reserved data opcode", vec![0x83, 0x80, 1, 2, 3, 4], 1002),
        (
            "reserved control opcode",
            vec![0x8b, 0x80, 1, 2, 3, 4],
            1002,
        ),
        (
            "no mask",
            vec![0x81, 0x05, b'h', b'e', b'l', b'l', b'o'],
            1002,
        ),
        ("fragmented ping", vec![0x09, 0x80, 1, 2, 3, 4], 1002),
        ("long ping", frame(PING, &[0; 126]), 1002),
        ("long close", frame(CLOSE, &[3; 200]), 1002),
        ("frame over the limit", frame(BINARY, &[0; 65_537]), 1009),
        (
            "a terabyte announced",
            vec![BINARY, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4],
            1009,
        ),
        (
            "a negative length",
            vec![BINARY, 0xff, 255, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
            1009,
        ),
        ("continuation of nothing", frame(LAST, b"x"), 1002),
        ("continuation of nothing, open", frame(MORE, b"x"), 1002),
        (
            "text inside a text",
            [frame(OPEN_TEXT, b"x"), frame(TEXT, b"y")].concat(),
            1002,
        ),
        (
            "start inside a text",
            [frame(OPEN_TEXT, b"x"), frame(OPEN_TEXT, b"y")].concat(),
            1002,
        ),
        ("text that is not UTF-8", frame(TEXT, b"\xff"), 1007),
        ("text cut inside a character", frame(TEXT, b"\xc3"), 1007),
        ("close with one byte", frame(CLOSE, &[3]), 1002),
        (
            "close with a reserved code",
            frame(CLOSE, &1005_u16.to_be_bytes()),
            1002,
        ),
        (
            "close with an unknown code",
            frame(CLOSE, &999_u16.to_be_bytes()),
            1002,
        ),
        (
            "close with a broken reason",
            frame(CLOSE, &[3, 232, 0xff]),
            1007,
        ),
        (
            "too many fragments",
            [frame(OPEN_TEXT, b""), frame(MORE, b"").repeat(200)].concat(),
            1008,
        ),
        (
            "too big in sum",
            [
                frame(OPEN_TEXT, b""),
                frame(MORE, &[b'x'; 40_000]).repeat(2),
            ]
            .concat(),
            1009,
        ),
    ];
    for (name, bytes, code) in attacks {
        let mut client = attacked(&site, &bytes).await;
        assert_eq!(client.expect_close().await, Some(code), "{name}");
    }
}

#[actix_web::test]
async fn a_fragment_that_breaks_utf8_is_refused_before_the_text_is_whole() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let bytes = [
        frame(OPEN_TEXT, "é".as_bytes().split_at(1).0),
        frame(MORE, b"\xff"),
    ]
    .concat();
    let mut client = attacked(&site, &bytes).await;
    assert_eq!(client.expect_close().await, Some(1007));
}

#[actix_web::test]
async fn frames_before_the_violation_are_not_lost_but_those_after_it_are() {
    let mut site = Site::start(DRIVER, SocketOptions::new());
    let mut client = attacked(&site, &frame(TEXT, b"note before")).await;
    assert_eq!(site.journal.next().await, "before");
    let bytes = [vec![0xc1, 0x80, 1, 2, 3, 4], frame(TEXT, b"note after")].concat();
    client.send_raw(&bytes).await;
    assert_eq!(client.expect_close().await, Some(1002));
    let closed = r#"disconnect Some(1002) "reserved bits set" Server, in 0 groups"#;
    assert_eq!(site.journal.next().await, closed);
}

#[actix_web::test]
async fn a_peer_that_goes_on_sending_after_a_violation_is_shut_out() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let header = [BINARY, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4];
    let mut client = attacked(&site, &header).await;
    let started = Instant::now();
    while client.try_send_raw(&[0; 65_536]).await.is_ok() {
        assert!(
            started.elapsed() < PATIENCE,
            "the server takes bytes for ever"
        );
    }
}

#[actix_web::test]
async fn fragments_are_joined_around_pings() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let mut client = site.open("/ws/accept/").await;
    let (first, second) = "héllo".as_bytes().split_at(2);
    client.send(OPEN_TEXT, first).await;
    client.send(PING, b"still there?").await;
    client.send(MORE, b"").await;
    client.send(LAST, second).await;
    assert_eq!(
        client.receive().await,
        Some((PONG, b"still there?".to_vec()))
    );
    assert_eq!(client.receive_text().await, "héllo");
}

#[actix_web::test]
async fn a_message_of_exactly_the_limit_passes() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let mut client = site.open("/ws/accept/").await;
    client.send(BINARY, &[7; 65_536]).await;
    assert_eq!(client.receive().await, Some((BINARY, vec![7; 65_536])));
}

#[actix_web::test]
async fn bytes_that_come_one_by_one_make_the_same_frames() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let mut client = site.open("/ws/accept/").await;
    for byte in [frame(TEXT, b"slow"), frame(TEXT, &[b'x'; 200])].concat() {
        client.send_raw(&[byte]).await;
    }
    assert_eq!(client.receive_text().await, "slow");
    assert_eq!(client.receive_text().await.len(), 200);
}

#[actix_web::test]
async fn fragments_too_far_apart_close_with_1008() {
    let limit = Duration::from_millis(50);
    let site = Site::start(DRIVER, SocketOptions::new().fragment_timeout(limit));
    let started = Instant::now();
    let mut client = site.open("/ws/accept/").await;
    client.send(OPEN_TEXT, b"and then").await;
    assert_eq!(client.expect_close().await, Some(1008));
    assert!(started.elapsed() >= limit);
}

/// Sends the bytes one by one, each after a part of the idle time.
async fn dribble(client: &mut Client, bytes: &[u8], pause: Duration) {
    let mut next = tokio::time::interval(pause);
    for byte in bytes {
        next.tick().await;
        if client.try_send_raw(&[*byte]).await.is_err() {
            return;
        }
    }
}

#[actix_web::test]
async fn a_peer_that_sends_one_frame_slowly_is_not_silent() {
    let idle = Duration::from_millis(1500);
    let options = SocketOptions::new().idle_timeout(idle).ping_interval(idle);
    let site = Site::start(DRIVER, options);
    // The length is in the first bytes of the header, or in eight more.
    let long = [
        &[TEXT, 0xff, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0][..],
        b"slow",
    ]
    .concat();
    let dribbled = [frame(TEXT, b"slow and long"), long].map(async |bytes| {
        let mut client = site.open("/ws/accept/").await;
        let started = Instant::now();
        dribble(&mut client, &bytes, idle / 6).await;
        assert!(started.elapsed() > idle * 2, "the premise");
        assert!(client.receive_text().await.starts_with("slow"));
    });
    join_all(dribbled).await;
}

#[actix_web::test]
async fn a_frame_that_does_not_end_in_its_time_closes_with_1008() {
    let limit = Duration::from_millis(150);
    let site = Site::start(DRIVER, SocketOptions::new().fragment_timeout(limit));
    for begun in [
        &[TEXT][..],
        &[TEXT, 0x85, 0, 0, 0, 0, b'x'],
        &[PING, 0x85, 0, 0, 0, 0, b'x'],
        &[TEXT, 0xfe, 0],
    ] {
        let started = Instant::now();
        let mut client = site.open("/ws/accept/").await;
        client.send_raw(begun).await;
        assert_eq!(client.expect_close().await, Some(1008), "{begun:x?}");
        assert!(started.elapsed() >= limit);
    }
}

#[actix_web::test]
async fn a_flood_of_frames_for_a_slow_handler_is_not_read_into_memory() {
    let mut site = Site::start(DRIVER, SocketOptions::new());
    let mut client = site.open("/ws/accept/").await;
    client.text("note busy").await;
    assert_eq!(site.journal.next().await, "busy");
    client.text("hang").await;
    let chunk = frame(BINARY, &[0; 60_000]);
    let mut sent = 0;
    let flooding = async {
        while sent < 64 * 1024 * 1024 && client.try_send_raw(&chunk).await.is_ok() {
            sent += chunk.len();
        }
    };
    let stuck = tokio::time::timeout(Duration::from_secs(1), flooding).await;
    assert!(stuck.is_err(), "the server should stop reading");
    assert!(sent < 32 * 1024 * 1024, "the server swallowed {sent} bytes");
}
