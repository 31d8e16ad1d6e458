//! Typed messages of a `JsonConsumer`, in and out.

use std::hint::black_box;

use channels::Frame;
use channels::json::{Codec as _, JsonCodec};
use criterion::Criterion;
use serde::{Deserialize, Serialize};

use crate::steady::measure as steady;

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Said {
    #[serde(rename = "chat.message")]
    Message { room: u64, text: String },
}

pub(crate) fn measure(criterion: &mut Criterion) {
    let said = Said::Message {
        room: 7,
        text: "tea for two ".repeat(8),
    };
    let frame = JsonCodec::encode(&said).expect("JSON");
    steady(criterion, "json/encode", || {
        JsonCodec::encode(black_box(&said))
    });
    steady(criterion, "json/decode", || {
        JsonCodec::decode::<Said>(black_box(&frame))
    });
    let broken = Frame::from(r#"{"type":"chat.message","room":"seven"}"#);
    steady(criterion, "json/refuse", || {
        JsonCodec::decode::<Said>(black_box(&broken)).is_err()
    });
}
