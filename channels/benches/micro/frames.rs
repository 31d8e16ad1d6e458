//! Frames: unmasked, parsed, joined to checked text, written.

use std::hint::black_box;

use bytes::BytesMut;
use channels::socket::internals::{Frames, Messages, unmask, write_text};
use criterion::Criterion;

use crate::steady::measure as steady;

/// A line of chat, a long message, and the most that is taken by default; bytes.
const SIZES: [usize; 3] = [100, 1024, 64 * 1024];

/// A mask that leaves a payload as it is at the same cost as any other, so that one buffer can be
/// read again and again.
const MASK: [u8; 4] = [0; 4];

const FIN: u8 = 0x80;
const TEXT: u8 = 1;

pub(crate) fn measure(criterion: &mut Criterion) {
    for size in SIZES {
        let mut payload = text("tea for two ", size);
        steady(criterion, &format!("frames/unmask/{size}"), || {
            unmask(black_box(&mut payload), black_box([1, 2, 3, 4]));
        });

        let mut frame = frame(FIN | TEXT, &payload);
        let mut frames = Frames::default();
        steady(criterion, &format!("frames/parse/{size}"), || {
            frames.count(black_box(&mut frame))
        });

        let mut out = BytesMut::with_capacity(2 * size);
        steady(criterion, &format!("frames/write/{size}"), || {
            out.clear();
            write_text(&mut out, black_box(&payload));
        });
    }
    measure_messages(criterion);
    measure_many(criterion);
}

fn measure_messages(criterion: &mut Criterion) {
    for (kind, line) in [("ascii", "tea for two "), ("mixed", "чай на двоих, 茶 🍵 ")]
    {
        for size in SIZES {
            let mut frame = frame(FIN | TEXT, &text(line, size));
            let mut messages = Messages::default();
            assert_eq!(messages.count(&mut frame), 1, "the text is taken");
            steady(criterion, &format!("frames/message {kind}/{size}"), || {
                messages.count(black_box(&mut frame))
            });
        }
    }
}

/// Many small frames in one read, and a message of many fragments.
fn measure_many(criterion: &mut Criterion) {
    let mut small = frame(FIN | TEXT, b"tea for two").repeat(100);
    let mut frames = Frames::default();
    steady(criterion, "frames/parse small/100", || {
        frames.count(black_box(&mut small))
    });
    let mut messages = Messages::default();
    steady(criterion, "frames/message small/100", || {
        messages.count(black_box(&mut small))
    });

    let piece = text("tea for two ", 512);
    let mut fragments = frame(TEXT, &piece);
    fragments.extend(frame(0, &piece).repeat(14));
    fragments.extend(frame(FIN, &piece));
    let timers = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime for the deadline of fragments");
    let _entered = timers.enter();
    steady(criterion, "frames/message fragments/16", || {
        messages.count(black_box(&mut fragments))
    });
}

/// `size` bytes of whole characters: the line over and over, filled up with spaces.
fn text(line: &str, size: usize) -> Vec<u8> {
    let mut text = line.repeat(size / line.len());
    text.push_str(&" ".repeat(size - text.len()));
    text.into_bytes()
}

/// A client's frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        len @ 0..126 => frame.push(FIN | len as u8),
        len @ 126..65_536 => {
            frame.push(FIN | 126);
            frame.extend((len as u16).to_be_bytes());
        }
        len => {
            frame.push(FIN | 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload);
    frame
}
