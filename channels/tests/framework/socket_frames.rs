//! The rules of RFC 6455 for frames, on the wire: lengths, control frames, fragments, UTF-8, Close.
//!
//! The cases of the Autobahn suite that matter most, for runs without it (`scripts/conformance`).

use channels::SocketOptions;

use super::DRIVER;
use crate::sockets::{BINARY, CLOSE, Client, PING, PONG, Site, TEXT, frame};

const OPEN_TEXT: u8 = 0x01;
const OPEN_BINARY: u8 = 0x02;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;

fn site() -> Site {
    Site::start(DRIVER, SocketOptions::new())
}

#[actix_web::test]
async fn messages_of_every_form_of_length_come_back() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    for len in [0, 1, 125, 126, 127, 128, 65_535, 65_536] {
        for (kind, byte) in [(TEXT, b'*'), (BINARY, 0xfe)] {
            let payload = vec![byte; len];
            client.send(kind, &payload).await;
            let echo = client.receive().await;
            assert!(echo == Some((kind, payload)), "{kind} of {len} bytes");
        }
    }
}

#[actix_web::test]
async fn a_message_cut_anywhere_by_the_network_comes_back() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    let text = "κόσμε ".repeat(20);
    let bytes = frame(TEXT, text.as_bytes());
    for at in 1..bytes.len() {
        client.send_raw(&bytes[..at]).await;
        client.send_raw(&bytes[at..]).await;
        assert_eq!(client.receive_text().await, text, "cut at {at}");
    }
}

#[actix_web::test]
async fn a_ping_is_answered_with_its_payload_up_to_125_bytes() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    let payloads: [&[u8]; 4] = [b"", b"Hello", &[0, 0xff, 0xfe, 0xfd], &[0xfe; 125]];
    for payload in payloads {
        client.send(PING, payload).await;
        assert_eq!(client.receive().await, Some((PONG, payload.to_vec())));
    }
    client.send(PING, &[0xfe; 126]).await;
    assert_eq!(client.expect_close().await, Some(1002));
}

#[actix_web::test]
async fn pings_are_answered_in_their_order() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    let pings: Vec<_> = (0..10).map(|number| frame(PING, &[number])).collect();
    client.send_raw(&pings.concat()).await;
    for number in 0..10 {
        assert_eq!(client.receive().await, Some((PONG, vec![number])));
    }
}

#[actix_web::test]
async fn a_pong_that_nobody_asked_for_is_ignored() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    client.send(PONG, b"").await;
    client.send(PONG, b"unsolicited").await;
    client.send(PING, b"asked").await;
    assert_eq!(client.receive().await, Some((PONG, b"asked".to_vec())));
}

/// Sends bytes after a message, which is echoed whatever they are.
async fn after_a_message(site: &Site, bytes: &[u8]) -> Client {
    let mut client = site.open("/ws/accept/").await;
    let all = [&frame(TEXT, b"before"), bytes].concat();
    client.send_raw(&all).await;
    assert_eq!(client.receive_text().await, "before");
    client
}

#[actix_web::test]
async fn every_reserved_bit_and_opcode_fails_the_connection() {
    let site = site();
    let bits = (1..8).flat_map(|bits| [TEXT, PING, CLOSE].map(|first| first | bits << 4));
    let opcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];
    let opcodes = opcodes.into_iter().flat_map(|code| [code, LAST | code]);
    for first in bits.chain(opcodes) {
        let bytes = [frame(first, b"x"), frame(PING, b"")].concat();
        let mut client = after_a_message(&site, &bytes).await;
        assert_eq!(client.expect_close().await, Some(1002), "{first:#x}");
    }
}

#[actix_web::test]
async fn fragments_in_order_are_joined_around_control_frames() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    let parts: [&[(u8, &[u8])]; 5] = [
        &[(OPEN_TEXT, b"fragment1"), (LAST, b"fragment2")],
        &[(OPEN_TEXT, b""), (MORE, b""), (LAST, b"fragment1fragment2")],
        &[(OPEN_TEXT, b"fragment1fragment2"), (MORE, b""), (LAST, b"")],
        &[
            (OPEN_BINARY, b"fragment1"),
            (MORE, b"frag"),
            (LAST, b"ment2"),
        ],
        &[(OPEN_TEXT, b""), (MORE, b""), (LAST, b"")],
    ];
    for fragments in parts {
        let mut bytes = Vec::new();
        for (first, payload) in fragments {
            bytes.extend(frame(PONG, b"unsolicited"));
            bytes.extend(frame(PING, payload));
            bytes.extend(frame(*first, payload));
        }
        client.send_raw(&bytes).await;
        for (_, payload) in fragments {
            assert_eq!(client.receive().await, Some((PONG, payload.to_vec())));
        }
        let joined: Vec<&[u8]> = fragments.iter().map(|(_, payload)| *payload).collect();
        let kind = LAST | fragments[0].0;
        assert_eq!(client.receive().await, Some((kind, joined.concat())));
    }
}

#[actix_web::test]
async fn fragments_out_of_order_fail_the_connection() {
    let site = site();
    let orders: [&[u8]; 8] = [
        &[LAST],
        &[MORE],
        &[MORE, LAST],
        &[OPEN_TEXT, TEXT],
        &[OPEN_TEXT, BINARY],
        &[OPEN_TEXT, OPEN_TEXT],
        &[OPEN_BINARY, MORE, OPEN_BINARY],
        &[OPEN_TEXT, PING & !LAST],
    ];
    for order in orders {
        let bytes: Vec<_> = order.iter().map(|&first| frame(first, b"x")).collect();
        let mut client = after_a_message(&site, &bytes.concat()).await;
        assert_eq!(client.expect_close().await, Some(1002), "{order:?}");
    }
}

const WELL_FORMED: [&str; 7] = [
    "κόσμε",
    "\0",
    "\u{7f}\u{80}\u{7ff}\u{800}",
    "\u{d7ff}\u{e000}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{10000}\u{10fffe}\u{10ffff}",
    "Hello-µ@ßöäüàá-UTF-8!!",
];

#[actix_web::test]
async fn text_may_be_cut_inside_of_characters() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    for text in WELL_FORMED {
        let (last, first) = text.as_bytes().split_last().expect("some text");
        let mut bytes = frame(OPEN_TEXT, b"");
        first
            .iter()
            .for_each(|byte| bytes.extend(frame(MORE, &[*byte])));
        bytes.extend(frame(LAST, &[*last]));
        client.send_raw(&bytes).await;
        assert_eq!(client.receive_text().await, text);
    }
}

/// From Markus Kuhn's stress test: continuation, overlong, surrogates, too high, impossible, cut.
const ILL_FORMED: [&[u8]; 14] = [
    b"\x80",
    b"\xbf\x80",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xaf\xbf\xed\xb0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xc3\x28",
    b"\xe2\x82\x28",
];

#[actix_web::test]
async fn text_that_is_not_utf8_is_refused_in_one_frame_and_in_fragments() {
    let site = site();
    for ill in ILL_FORMED {
        let whole = frame(TEXT, &[b"good ", ill, b" good"].concat());
        let mut parts = frame(OPEN_TEXT, b"good ");
        ill.iter()
            .for_each(|byte| parts.extend(frame(MORE, &[*byte])));
        for bytes in [whole, parts] {
            let mut client = after_a_message(&site, &bytes).await;
            assert_eq!(client.expect_close().await, Some(1007), "{ill:?}");
        }
    }
}

#[actix_web::test]
async fn text_that_cannot_become_utf8_is_refused_before_its_frame_is_whole() {
    let site = site();
    for ill in ILL_FORMED {
        let bytes = frame(TEXT, &[b"good ", ill, &[b'x'; 1000]].concat());
        let mut client = after_a_message(&site, &bytes[..bytes.len() - 990]).await;
        assert_eq!(client.expect_close().await, Some(1007), "{ill:?}");
    }
}

#[actix_web::test]
async fn text_that_ends_inside_a_character_is_refused() {
    let site = site();
    for bytes in [
        frame(TEXT, &"κ".as_bytes()[..1]),
        [frame(OPEN_TEXT, &"€".as_bytes()[..2]), frame(LAST, b"")].concat(),
    ] {
        let mut client = after_a_message(&site, &bytes).await;
        assert_eq!(client.expect_close().await, Some(1007));
    }
}

#[actix_web::test]
async fn a_close_with_a_legal_code_is_answered_with_it() {
    let site = site();
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        for reason in ["", &"r".repeat(123)] {
            let payload = [&u16::to_be_bytes(code), reason.as_bytes()].concat();
            let mut client = after_a_message(&site, &frame(CLOSE, &payload)).await;
            assert_eq!(client.expect_close().await, Some(code));
        }
    }
    let mut client = after_a_message(&site, &frame(CLOSE, b"")).await;
    assert_eq!(client.expect_close().await, None);
}

#[actix_web::test]
async fn a_close_that_is_illegal_fails_the_connection() {
    let site = site();
    for code in [
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        let mut client = after_a_message(&site, &frame(CLOSE, &u16::to_be_bytes(code))).await;
        assert_eq!(client.expect_close().await, Some(1002), "{code}");
    }
    let long = [&[3, 232], &[b'r'; 124][..]].concat();
    for (payload, code) in [
        (&[3][..], 1002),
        (&long, 1002),
        (b"\x03\xe8\xce\xba\xed\xa0", 1007),
    ] {
        let mut client = after_a_message(&site, &frame(CLOSE, payload)).await;
        assert_eq!(client.expect_close().await, Some(code), "{payload:?}");
    }
}

#[actix_web::test]
async fn nothing_that_follows_the_servers_close_reaches_the_consumer_or_is_answered() {
    let mut site = site();
    let mut client = site.open("/ws/accept/").await;
    client.text("close 4000 enough").await;
    let (first, payload) = client.receive().await.expect("a Close");
    assert_eq!((first, &payload[..2]), (CLOSE, &4000_u16.to_be_bytes()[..]));
    client.send(TEXT, b"note too late").await;
    client.send(PING, b"too late").await;
    client.send(CLOSE, &4000_u16.to_be_bytes()).await;
    assert_eq!(client.receive().await, None);
    assert_eq!(site.journal.next().await, "closed: true");
    let ended = site.journal.next().await;
    assert!(ended.starts_with("disconnect Some(4000)"), "{ended}");
}
