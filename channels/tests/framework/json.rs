//! Consumers that speak JSON, and what happens to frames that are none.

use std::sync::Arc;

use channels::json::{
    Codec, DecodeFailure, EncodeFailure, Json, JsonCodec, JsonConsumer, JsonContext, OnDecodeError,
};
use channels::testing::{Missed, WebsocketCommunicator};
use channels::{CloseCode, Frame, GroupName, HandlerResult, Layer, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::scripted::{Event, PATIENCE, group, message};

#[derive(Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Number { value: f64 },
    Say { text: String },
    Nan,
    Bye,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    Number { value: f64 },
    Heard { text: String },
    Unclear { kind: &'static str },
    Bye,
}

/// Which policy it follows for frames that do not read.
struct Talks(&'static str);

impl JsonConsumer for Talks {
    type Inbound = Said;
    type Outbound = Told;
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("talk")]
    }

    async fn receive(&mut self, said: Said, ctx: &mut JsonContext<Self>) -> HandlerResult {
        match said {
            Said::Number { value } => ctx.emit(&Told::Number { value }),
            Said::Say { text } => {
                ctx.group_send(&group("talk"), message(text)).await?;
                Ok(())
            }
            Said::Nan => ctx.emit(&Told::Number { value: f64::NAN }),
            Said::Bye => ctx.emit_and_close(&Told::Bye, CloseCode::app(4000)?),
        }
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut JsonContext<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } => ctx.emit(&Told::Heard { text: text.clone() }),
            Event::Fired { .. } => Ok(()),
        }
    }

    fn on_decode_error(&mut self, failure: &DecodeFailure) -> OnDecodeError<Told> {
        match self.0 {
            "reply" => OnDecodeError::Reply(Told::Unclear {
                kind: match failure {
                    DecodeFailure::WrongKind => "binary",
                    DecodeFailure::Empty => "empty",
                    _ => "malformed",
                },
            }),
            "ignore" => OnDecodeError::Ignore,
            _ => OnDecodeError::Close(CloseCode::INVALID_DATA, failure.to_string()),
        }
    }
}

async fn open(policy: &'static str) -> WebsocketCommunicator {
    let mut client = WebsocketCommunicator::new(move |_: &Scope| Json(Talks(policy)), "/");
    client.connect().await.expect("an accepted handshake");
    client.timeout(PATIENCE)
}

#[actix_web::test]
async fn a_message_is_read_as_its_type_and_answered_as_one() {
    let mut client = open("").await;
    client
        .send_json_to(&json!({"type": "number", "value": 1.5}))
        .unwrap();
    let told = client.receive_json_from().await.unwrap();
    assert_eq!(told, json!({"type": "number", "value": 1.5}));
}

#[actix_web::test]
async fn events_of_the_layer_come_apart_from_messages() {
    let layer = Layer::in_memory();
    let app = |_: &Scope| Json(Talks(""));
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = WebsocketCommunicator::new(app, "/").layer(&layer);
        client.connect().await.unwrap();
        clients.push(client);
    }
    clients[0]
        .send_json_to(&json!({"type": "say", "text": "hi"}))
        .unwrap();
    for client in &mut clients {
        let told = client.receive_json_from().await.unwrap();
        assert_eq!(told, json!({"type": "heard", "text": "hi"}));
    }
}

#[actix_web::test]
async fn what_does_not_read_closes_with_1007_by_default() {
    let frames: [Frame; 5] = [
        "{".into(),
        "".into(),
        vec![1, 2, 3].into(),
        r#"{"type": "unknown"}"#.into(),
        r#"{"type": "number", "value": NaN}"#.into(),
    ];
    for frame in frames {
        let mut client = open("").await;
        client.send_to(frame.clone()).unwrap();
        let (code, reason) = client.expect_close().await.unwrap();
        assert_eq!(code, 1007, "{frame:?}");
        assert!(!reason.is_empty());
    }
}

#[actix_web::test]
async fn the_default_of_the_trait_is_that_policy() {
    struct Plain;
    impl JsonConsumer for Plain {
        type Inbound = Value;
        type Outbound = Value;
        type Event = ();
        async fn receive(&mut self, value: Value, ctx: &mut JsonContext<Self>) -> HandlerResult {
            ctx.emit(&value)
        }
    }
    let mut client = WebsocketCommunicator::new(|_: &Scope| Json(Plain), "/");
    client.connect().await.unwrap();
    for value in [json!(7), json!([1, null]), json!("text"), json!(u64::MAX)] {
        client.send_json_to(&value).unwrap();
        assert_eq!(client.receive_json_from().await.unwrap(), value);
    }
    client.send_to("[1,").unwrap();
    let (code, reason) = client.expect_close().await.unwrap();
    assert_eq!(
        (code, reason.as_str()),
        (1007, "not a message of the expected type")
    );
}

#[actix_web::test]
async fn a_policy_may_answer_and_go_on() {
    let mut client = open("reply").await;
    let frames: [(Frame, &str); 3] = [
        ("]".into(), "malformed"),
        ("".into(), "empty"),
        (vec![0].into(), "binary"),
    ];
    for (frame, kind) in frames {
        client.send_to(frame).unwrap();
        let told = client.receive_json_from().await.unwrap();
        assert_eq!(told, json!({"type": "unclear", "kind": kind}));
    }
}

#[actix_web::test]
async fn a_policy_may_ignore() {
    let mut client = open("ignore").await;
    client.send_to("]").unwrap();
    client
        .send_json_to(&json!({"type": "number", "value": 2.0}))
        .unwrap();
    assert_eq!(client.receive_json_from().await.unwrap()["value"], 2.0);
}

#[actix_web::test]
async fn a_last_message_may_close_behind_itself() {
    let mut client = open("").await;
    client.send_json_to(&json!({"type": "bye"})).unwrap();
    assert_eq!(client.receive_json_from().await.unwrap()["type"], "bye");
    assert_eq!(client.expect_close().await.unwrap().0, 4000);
}

#[actix_web::test]
async fn not_a_number_is_an_error_of_the_handler_and_never_on_the_wire() {
    let mut client = open("").await;
    client.send_json_to(&json!({"type": "nan"})).unwrap();
    let closed = client.receive_from().await.unwrap_err();
    assert!(matches!(closed, Missed::Closed { code: 1011, .. }));
}

#[test]
fn strict_json_has_no_room_for_what_is_not_finite_however_deep() {
    #[derive(Serialize)]
    struct Deep {
        list: Vec<Option<(u8, f32)>>,
    }
    let fine = Deep {
        list: vec![None, Some((1, 0.5))],
    };
    let written = JsonCodec::encode(&fine).unwrap();
    assert_eq!(written, Frame::from(r#"{"list":[null,[1,0.5]]}"#));
    let broken = Deep {
        list: vec![Some((1, f32::INFINITY))],
    };
    let refused = JsonCodec::encode(&broken);
    assert!(matches!(refused, Err(EncodeFailure::NotFinite)));
}

#[test]
fn the_deepest_json_that_is_read_has_under_128_levels() {
    let nested = |levels| Frame::from(format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    assert!(JsonCodec::decode::<Value>(&nested(127)).is_ok());
    let refused = JsonCodec::decode::<Value>(&nested(100_000));
    assert!(matches!(refused, Err(DecodeFailure::Malformed(_))));
}
