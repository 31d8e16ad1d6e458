//! permessage-deflate (RFC 7692) on the wire: negotiation, frames, refusals.

use channels::SocketOptions;
use channels::socket::Deflate;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::DRIVER;
use crate::sockets::{BINARY, Client, PING, PONG, Site, TEXT, frame};

const COMPRESSED: u8 = 0x40;
const OPEN_TEXT: u8 = 0x01;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

const NO_CONTEXT: &str =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// Enough for both contexts with the largest windows.
const ALL_BYTES: usize = 432 * 1024;

fn site(deflate: Deflate) -> Site {
    Site::start(DRIVER, SocketOptions::new().deflate(deflate))
}

fn fresh() -> Site {
    site(Deflate::new().min_bytes(1))
}

fn kept() -> Site {
    let deflate = Deflate::new().min_bytes(1).context_takeover(true);
    site(deflate.memory_bytes(ALL_BYTES))
}

/// The answer to these offers, one header each.
async fn agreed(site: &Site, offers: &[&str]) -> (Client, u16, Option<String>) {
    let headers = offers
        .iter()
        .map(|offer| format!("Sec-WebSocket-Extensions: {offer}\r\n"));
    let headers: String = headers.collect();
    let mut client = Client::dial(site.address).await;
    let (status, mut answer) = client.handshake("/ws/accept/", &headers).await;
    (client, status, answer.remove("sec-websocket-extensions"))
}

async fn open(site: &Site) -> Client {
    let (client, status, answer) = agreed(site, &["permessage-deflate"]).await;
    assert_eq!(status, 101);
    assert!(answer.is_some(), "compression should be agreed");
    client
}

/// A client's side of the extension, which keeps its contexts unless renewed.
struct Codec {
    compressor: Compress,
    inflater: Decompress,
}

impl Codec {
    fn new() -> Self {
        Self {
            compressor: Compress::new(Compression::best(), false),
            inflater: Decompress::new(false),
        }
    }

    fn compress(&mut self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(message.len() + 1024);
        let flushed = self
            .compressor
            .compress_vec(message, &mut out, FlushCompress::Sync);
        assert_eq!(flushed.expect("to compress"), Status::Ok);
        out.strip_suffix(&TAIL)
            .expect("the end of a flush")
            .to_vec()
    }

    fn inflate(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 * 1024);
        for part in [payload, &TAIL] {
            let inflated = self
                .inflater
                .decompress_vec(part, &mut out, FlushDecompress::Sync);
            inflated.expect("what was sent to inflate");
        }
        out
    }
}

fn compressed(message: &[u8]) -> Vec<u8> {
    Codec::new().compress(message)
}

fn is_compressed(first: u8) -> bool {
    first & COMPRESSED != 0
}

#[actix_web::test]
async fn compression_is_off_unless_it_is_turned_on() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let (mut client, status, answer) = agreed(&site, &["permessage-deflate"]).await;
    assert_eq!((status, answer), (101, None));
    client.send(TEXT | COMPRESSED, &compressed(b"hello")).await;
    assert_eq!(client.expect_close().await, Some(1002));
}

#[actix_web::test]
async fn a_client_that_offers_nothing_gets_and_may_send_nothing_compressed() {
    let site = fresh();
    let (mut client, status, answer) = agreed(&site, &[]).await;
    assert_eq!((status, answer), (101, None));
    let text = "no offer ".repeat(100);
    client.text(&text).await;
    assert_eq!(client.receive_text().await, text);
    client.send(TEXT | COMPRESSED, &compressed(b"hello")).await;
    assert_eq!(client.expect_close().await, Some(1002));
}

#[actix_web::test]
async fn each_offer_has_its_answer() {
    let fresh = fresh();
    let kept = kept();
    let windows = format!("{NO_CONTEXT}; server_max_window_bits=10");
    for (offer, without, with) in [
        (
            "permessage-deflate",
            Some(NO_CONTEXT),
            Some("permessage-deflate"),
        ),
        (
            "permessage-deflate; client_max_window_bits",
            Some(NO_CONTEXT),
            Some("permessage-deflate"),
        ),
        (
            "permessage-deflate; client_max_window_bits=8",
            Some(NO_CONTEXT),
            Some("permessage-deflate"),
        ),
        (
            "permessage-deflate; server_max_window_bits=10",
            Some(&windows),
            Some("permessage-deflate; server_max_window_bits=10"),
        ),
        (
            "permessage-deflate; server_no_context_takeover",
            Some(NO_CONTEXT),
            Some("permessage-deflate; server_no_context_takeover"),
        ),
        (
            "permessage-deflate; client_no_context_takeover",
            Some(NO_CONTEXT),
            Some("permessage-deflate; client_no_context_takeover"),
        ),
        ("permessage-deflate; server_max_window_bits=8", None, None),
        ("permessage-deflate; server_max_window_bits=16", None, None),
        ("permessage-deflate; server_max_window_bits", None, None),
        ("permessage-deflate; unheard_of=1", None, None),
        (
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            None,
            None,
        ),
        (
            "permessage-deflate; unheard_of, permessage-deflate",
            Some(NO_CONTEXT),
            Some("permessage-deflate"),
        ),
        ("x-webkit-deflate-frame, permessage-bzip2", None, None),
    ] {
        for (site, expected) in [(&fresh, without), (&kept, with)] {
            let (_, status, answer) = agreed(site, &[offer]).await;
            assert_eq!((status, answer.as_deref()), (101, expected), "{offer}");
        }
    }
    let second = agreed(&fresh, &["permessage-bzip2", "permessage-deflate"]).await;
    assert_eq!(second.2.as_deref(), Some(NO_CONTEXT));
}

#[actix_web::test]
async fn a_list_of_extensions_that_cannot_be_read_is_a_bad_request() {
    let site = fresh();
    for broken in [
        "permessage-deflate;",
        "permessage-deflate; x=\"",
        "a b",
        "x=1",
    ] {
        let (_, status, _) = agreed(&site, &[broken]).await;
        assert_eq!(status, 400, "{broken}");
    }
}

#[actix_web::test]
async fn messages_go_compressed_both_ways_and_each_stands_for_itself() {
    let site = fresh();
    let mut client = open(&site).await;
    let text = "the same words again and again ".repeat(200);
    let mut lengths = Vec::new();
    for _ in 0..3 {
        client
            .send(TEXT | COMPRESSED, &compressed(text.as_bytes()))
            .await;
        let (first, payload) = client.receive().await.expect("an echo");
        assert_eq!(first, TEXT | COMPRESSED);
        assert_eq!(Codec::new().inflate(&payload), text.as_bytes());
        lengths.push(payload.len());
    }
    assert!(lengths[0] < text.len() / 10, "{lengths:?}");
    assert!(lengths.iter().all(|len| *len == lengths[0]), "{lengths:?}");
}

#[actix_web::test]
async fn a_context_that_is_kept_shortens_the_next_message_in_both_directions() {
    let site = kept();
    let mut client = open(&site).await;
    let mut codec = Codec::new();
    let text: String = (0..400)
        .map(|number| (number * 7919 % 1000).to_string())
        .collect();
    let mut lengths = Vec::new();
    for _ in 0..3 {
        let payload = codec.compress(text.as_bytes());
        client.send(TEXT | COMPRESSED, &payload).await;
        let (first, echo) = client.receive().await.expect("an echo");
        assert!(is_compressed(first));
        assert_eq!(codec.inflate(&echo), text.as_bytes());
        lengths.push((payload.len(), echo.len()));
    }
    assert!(lengths[1].0 < lengths[0].0 / 4, "{lengths:?}");
    assert!(lengths[1].1 < lengths[0].1 / 4, "{lengths:?}");
}

#[actix_web::test]
async fn a_client_that_refers_to_a_context_that_was_ruled_out_is_refused() {
    let site = fresh();
    let mut client = open(&site).await;
    let mut codec = Codec::new();
    let text = "only once, but twice";
    client
        .send(TEXT | COMPRESSED, &codec.compress(text.as_bytes()))
        .await;
    client.receive().await.expect("an echo");
    client
        .send(TEXT | COMPRESSED, &codec.compress(text.as_bytes()))
        .await;
    assert_eq!(client.expect_close().await, Some(1007));
}

#[actix_web::test]
async fn a_message_may_be_compressed_or_not_as_its_sender_likes() {
    let site = kept();
    let mut client = open(&site).await;
    let mut codec = Codec::new();
    for round in 0..4 {
        let text = format!("round {round} of some length, and some more of it");
        if round % 2 == 0 {
            client.text(&text).await;
        } else {
            let payload = codec.compress(text.as_bytes());
            client.send(TEXT | COMPRESSED, &payload).await;
        }
        let (_, echo) = client.receive().await.expect("an echo");
        assert_eq!(codec.inflate(&echo), text.as_bytes());
    }
}

#[actix_web::test]
async fn short_and_incompressible_messages_are_sent_as_they_are() {
    let site = site(Deflate::new().min_bytes(200));
    let mut client = open(&site).await;
    let mut noise = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    })
    .take(5000)
    .collect();
    for (payload, is_smaller) in [
        (vec![b'x'; 199], false),
        (vec![b'x'; 200], true),
        (noise, false),
        (Vec::new(), false),
    ] {
        client.send(BINARY, &payload).await;
        let (first, echo) = client.receive().await.expect("an echo");
        assert_eq!(is_compressed(first), is_smaller, "{} bytes", payload.len());
        assert!(is_smaller || echo == payload);
    }
}

#[actix_web::test]
async fn control_frames_are_never_compressed() {
    let site = fresh();
    let mut client = open(&site).await;
    let payload = [b'x'; 125];
    client.send(PING, &payload).await;
    assert_eq!(client.receive().await, Some((PONG, payload.to_vec())));
    client.send(PING | COMPRESSED, &compressed(b"x")).await;
    assert_eq!(client.expect_close().await, Some(1002));
}

#[actix_web::test]
async fn a_compressed_message_may_come_in_fragments_of_any_size() {
    let site = kept();
    let mut client = open(&site).await;
    let mut codec = Codec::new();
    let text = "żółć gęślą jaźń ".repeat(20);
    for _ in 0..2 {
        let payload = codec.compress(text.as_bytes());
        let mut bytes = frame(OPEN_TEXT | COMPRESSED, b"");
        payload
            .iter()
            .for_each(|byte| bytes.extend(frame(MORE, &[*byte])));
        bytes.extend([frame(PING, b"between"), frame(LAST, b"")].concat());
        client.send_raw(&bytes).await;
        assert_eq!(client.receive().await, Some((PONG, b"between".to_vec())));
        let (_, echo) = client.receive().await.expect("an echo");
        assert_eq!(codec.inflate(&echo), text.as_bytes());
    }
}

#[actix_web::test]
async fn only_the_first_fragment_says_that_a_message_is_compressed() {
    let site = fresh();
    let payload = compressed(b"some text");
    for first in [OPEN_TEXT, OPEN_TEXT | COMPRESSED] {
        let mut client = open(&site).await;
        client.send(first, &payload[..2]).await;
        client.send(LAST | COMPRESSED, &payload[2..]).await;
        assert_eq!(client.expect_close().await, Some(1002));
    }
    for reserved in [0x20, 0x10] {
        let mut client = open(&site).await;
        client.send(TEXT | COMPRESSED | reserved, &payload).await;
        assert_eq!(client.expect_close().await, Some(1002));
    }
}

#[actix_web::test]
async fn an_empty_message_may_be_compressed() {
    // One byte is what the RFC wants; some senders leave it out.
    let payloads: [&[u8]; 3] = [&[0], &[], &[2, 0]];
    for site in [fresh(), kept()] {
        let mut client = open(&site).await;
        for payload in payloads {
            client.send(TEXT | COMPRESSED, payload).await;
            assert_eq!(
                client.receive().await,
                Some((TEXT, Vec::new())),
                "{payload:?}"
            );
        }
    }
}

#[actix_web::test]
async fn a_sender_may_use_blocks_of_any_kind() {
    // The examples of RFC 7692 §7.2.3, all of them "Hello".
    let site = fresh();
    let mut client = open(&site).await;
    let examples: [&[u8]; 4] = [
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        &[
            0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00,
        ],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        &[
            0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00,
        ],
    ];
    for payload in examples {
        client.send(TEXT | COMPRESSED, payload).await;
        let (first, echo) = client.receive().await.expect("an echo");
        let echo = if is_compressed(first) {
            Codec::new().inflate(&echo)
        } else {
            echo
        };
        assert_eq!(echo, b"Hello", "{payload:x?}");
    }
}

#[actix_web::test]
async fn what_does_not_inflate_is_refused_with_1007() {
    let good = compressed(b"a message that is not whole");
    let garbage: [&[u8]; 4] = [&[0xff; 40], &[0x07], &good[..good.len() / 2], b"plain text"];
    for payload in garbage {
        let site = fresh();
        let mut client = open(&site).await;
        client.send(BINARY | COMPRESSED, payload).await;
        assert_eq!(client.expect_close().await, Some(1007), "{payload:x?}");
    }
}

#[actix_web::test]
async fn text_that_inflates_to_something_else_is_refused_before_it_is_whole() {
    let site = fresh();
    let mut client = open(&site).await;
    let payload = compressed(b"good \xff good");
    client.send(OPEN_TEXT | COMPRESSED, &payload).await;
    assert_eq!(client.expect_close().await, Some(1007));
}

#[actix_web::test]
async fn the_limit_of_a_message_holds_for_what_it_inflates_to() {
    let site = fresh();
    let limit = 64 * 1024;
    let mut client = open(&site).await;
    client
        .send(BINARY | COMPRESSED, &compressed(&vec![7; limit]))
        .await;
    let (_, echo) = client.receive().await.expect("an echo");
    assert_eq!(Codec::new().inflate(&echo), vec![7; limit]);
    client
        .send(BINARY | COMPRESSED, &compressed(&vec![7; limit + 1]))
        .await;
    assert_eq!(client.expect_close().await, Some(1009));
}

#[actix_web::test]
async fn a_bomb_is_refused_before_it_is_whole() {
    let site = fresh();
    let mut client = open(&site).await;
    let bomb = compressed(&vec![0; 32 * 1024 * 1024]);
    assert!(bomb.len() < 64 * 1024, "it should pass the limit of frames");
    // The frame's last byte never arrives, so the end is not what is checked.
    let bytes = frame(BINARY | COMPRESSED, &bomb);
    client.send_raw(&bytes[..bytes.len() - 1]).await;
    assert_eq!(client.expect_close().await, Some(1009));
}

#[actix_web::test]
async fn a_message_of_the_limit_that_cannot_be_compressed_passes() {
    let site = fresh();
    let limit = 64 * 1024;
    let message: Vec<u8> = (0..limit).map(|at| (at * at / 7) as u8).collect();
    let mut stored = Vec::new();
    for block in message.chunks(16 * 1024) {
        stored.push(0);
        stored.extend((block.len() as u16).to_le_bytes());
        stored.extend((!(block.len() as u16)).to_le_bytes());
        stored.extend(block);
    }
    stored.push(0);
    assert!(stored.len() > limit);
    let mut client = open(&site).await;
    client.send(BINARY | COMPRESSED, &stored).await;
    let (first, echo) = client.receive().await.expect("an echo");
    let echo = if is_compressed(first) {
        Codec::new().inflate(&echo)
    } else {
        echo
    };
    assert!(echo == message);
    client.send(BINARY, &vec![7; limit + 1]).await;
    assert_eq!(client.expect_close().await, Some(1009));
}
