//! Consumers that get everything as one kind of event, and events of any type.

use std::sync::Arc;

use channels::layers::{DynEvent, EventTypeError, handler_name, undecodable_messages};
use channels::raw::{AsgiEvent, AsgiSend, Flow, Raw, RawConsumer, RawContext};
use channels::testing::WebsocketCommunicator;
use channels::{
    Accept, CloseCode, Context, Frame, HandlerError, HandlerResult, Layer, OnUnknown, Scope,
    WebsocketConsumer,
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::scripted::{PATIENCE, client, group};

/// Reports all events to its client, and executes the client's commands.
struct Reporter {
    journal: UnboundedSender<String>,
    on_unknown: OnUnknown,
}

impl RawConsumer for Reporter {
    async fn handle(
        &mut self,
        event: AsgiEvent,
        ctx: &mut RawContext<Self>,
    ) -> Result<Flow, HandlerError> {
        let _ = self.journal.send(event.handler().into_owned());
        match &event {
            AsgiEvent::Connect => match ctx.scope().query_string() {
                "stop" => return Ok(Flow::Stop),
                "fail" => return Err(HandlerError::msg("connect fails")),
                "silent" => return Ok(Flow::Continue),
                "close" => {
                    let (code, reason) = (CloseCode::NORMAL, String::new());
                    ctx.send_event(AsgiSend::Close { code, reason })?;
                }
                _ => {
                    ctx.group_add(&group("tea")).await?;
                    ctx.send_event(AsgiSend::Accept(Accept::new()))?;
                }
            },
            AsgiEvent::Disconnect(why) => {
                let _ = self.journal.send(format!("{:?}", why.code));
                return Err(HandlerError::msg("it is over anyway"));
            }
            _ => {}
        }
        let Some(frame) = event.frame() else {
            if let AsgiEvent::Layer(event) = &event {
                let text = serde_json::to_string(&**event)?;
                ctx.send_event(AsgiSend::Send(text.into()))?;
            }
            return Ok(Flow::Continue);
        };
        match frame.as_text() {
            Some("stop") => Ok(Flow::Stop),
            Some("fail") => Err(HandlerError::msg("receive fails")),
            Some("close") => {
                let (code, reason) = (CloseCode::app(4001)?, "enough".to_owned());
                ctx.send_event(AsgiSend::Close { code, reason })?;
                let late = ctx.send_event(AsgiSend::Send("late".into()));
                assert!(late.is_err());
                Ok(Flow::Continue)
            }
            _ => {
                ctx.send_event(AsgiSend::Send(frame))?;
                Ok(Flow::Continue)
            }
        }
    }

    fn on_unknown(&self) -> OnUnknown {
        self.on_unknown
    }
}

type Journal = UnboundedReceiver<String>;

fn reporter(path: &str, layer: &Layer, on_unknown: OnUnknown) -> (WebsocketCommunicator, Journal) {
    let (journal, reader) = unbounded_channel();
    let app = move |_: &Scope| {
        let journal = journal.clone();
        Raw(Reporter {
            journal,
            on_unknown,
        })
    };
    let client = WebsocketCommunicator::new(app, path).layer(layer);
    (client.timeout(PATIENCE), reader)
}

async fn connected() -> (WebsocketCommunicator, Journal, Layer) {
    let layer = Layer::in_memory();
    let (mut client, journal) = reporter("/", &layer, OnUnknown::Ignore);
    client.connect().await.expect("a welcome");
    (client, journal, layer)
}

async fn rest(mut journal: Journal) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(line) = journal.recv().await {
        lines.push(line);
    }
    lines
}

#[actix_web::test]
async fn everything_comes_as_an_event_and_in_order() {
    let (mut client, journal, layer) = connected().await;
    client.send_to("hello").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("hello"));
    let event = DynEvent::new("chat.message").unwrap().with("message", "hi");
    layer.group_send(&group("tea"), event).await.unwrap();
    let heard = client.receive_json_from().await.unwrap();
    assert_eq!(heard, json!({"type": "chat.message", "message": "hi"}));
    client.disconnect(4321).await.unwrap();
    drop(client);
    let lines = [
        "websocket_connect",
        "websocket_receive",
        "chat_message",
        "websocket_disconnect",
        "Some(4321)",
    ];
    assert_eq!(rest(journal).await, lines);
}

#[actix_web::test]
async fn a_consumer_that_stops_closes_its_socket_with_1000() {
    let (mut client, journal, _layer) = connected().await;
    client.send_to("stop").unwrap();
    client.send_to("never handled").unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1000);
    client.wait().await.unwrap();
    drop(client);
    let lines = rest(journal).await;
    assert_eq!(lines[2..], ["websocket_disconnect", "Some(1000)"]);
}

#[actix_web::test]
async fn a_handler_that_fails_closes_with_1011_and_is_told_of_it() {
    let (mut client, journal, _layer) = connected().await;
    client.send_to("fail").unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1011);
    client.wait().await.unwrap();
    drop(client);
    assert_eq!(rest(journal).await.last().unwrap(), "Some(1011)");
}

#[actix_web::test]
async fn a_close_carries_code_and_reason_and_ends_sending() {
    let (mut client, _journal, _layer) = connected().await;
    client.send_to("close").unwrap();
    let closed = client.expect_close().await.unwrap();
    assert_eq!(closed, (4001, "enough".to_owned()));
}

#[actix_web::test]
async fn a_handshake_that_is_not_accepted_is_denied() {
    for (query, status) in [
        ("stop", 403),
        ("close", 403),
        ("silent", 403),
        ("fail", 500),
    ] {
        let layer = Layer::in_memory();
        let (mut client, journal) = reporter(&format!("/?{query}"), &layer, OnUnknown::Ignore);
        let denied = client.connect().await.unwrap_err();
        assert_eq!(denied.status, status, "{query}");
        drop(client);
        let lines = rest(journal).await;
        let last = ["websocket_connect", "websocket_disconnect", "Some(1006)"];
        assert_eq!(lines, last, "{query}");
    }
}

#[actix_web::test]
async fn a_message_of_the_layer_may_stand_for_one_of_the_client() {
    let (mut client, _journal, layer) = connected().await;
    let event = json!({"type": "websocket.receive", "text": "from the layer"});
    layer.group_send(&group("tea"), event).await.unwrap();
    let echoed = client.receive_from().await.unwrap();
    assert_eq!(echoed, Frame::from("from the layer"));
}

#[actix_web::test]
async fn messages_without_a_type_or_with_a_private_one_are_counted_and_ignored() {
    let (mut client, _journal, layer) = connected().await;
    let before = undecodable_messages();
    for message in [
        json!({"text": "x"}),
        json!({"type": 7}),
        json!({"type": "_private"}),
        json!({"type": ".private"}),
        json!("chat.message"),
    ] {
        layer.group_send(&group("tea"), message).await.unwrap();
    }
    client.send_to("still here").unwrap();
    let first = client.receive_from().await.unwrap();
    assert_eq!(first, Frame::from("still here"));
    assert!(undecodable_messages() >= before + 5);
}

#[actix_web::test]
async fn an_unknown_event_closes_with_1011_if_the_consumer_wants_so() {
    let layer = Layer::in_memory();
    let (mut client, _journal) = reporter("/", &layer, OnUnknown::Error);
    client.connect().await.unwrap();
    let untyped = json!({"text": "x"});
    layer.group_send(&group("tea"), untyped).await.unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1011);
}

/// A typed consumer that wants to know of every message that is not its own.
struct Strict;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "type")]
enum Tick {
    #[serde(rename = "clock.tick")]
    Tick,
}

impl WebsocketConsumer for Strict {
    type Event = Tick;

    fn groups(&self, _: &Scope) -> Vec<channels::GroupName> {
        vec![group("tea")]
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(&mut self, _: Arc<Tick>, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send("tick")?)
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Error
    }
}

#[actix_web::test]
async fn a_typed_consumer_may_be_closed_by_an_unknown_event_too() {
    let layer = Layer::in_memory();
    let client = WebsocketCommunicator::new(|_: &Scope| Strict, "/");
    let mut client = client.layer(&layer).timeout(PATIENCE);
    client.connect().await.unwrap();
    for kind in ["clock.tick", "clock_tick"] {
        let tick = DynEvent::new(kind).unwrap();
        layer.group_send(&group("tea"), tick).await.unwrap();
        assert_eq!(client.receive_from().await.unwrap(), Frame::from("tick"));
    }
    let tock = DynEvent::new("clock.tock").unwrap();
    layer.group_send(&group("tea"), tock).await.unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1011);
}

#[actix_web::test]
async fn a_type_in_either_spelling_reaches_a_typed_consumer() {
    let layer = Layer::in_memory();
    let (client, _journal) = client("/accept/?group=tea");
    let mut client = client.layer(&layer);
    client.connect().await.unwrap();
    for kind in ["chat.message", "chat_message"] {
        let event = json!({"type": kind, "text": kind});
        layer.group_send(&group("tea"), event).await.unwrap();
        let heard = Frame::from(format!("heard {kind}"));
        assert_eq!(client.receive_from().await.unwrap(), heard);
    }
}

#[test]
fn an_event_of_any_type_keeps_its_fields_and_knows_its_handler() {
    let event = DynEvent::new("chat_message").unwrap().with("text", "hello");
    let event = event.with("type", "another").with("count", 2);
    assert_eq!(event.kind(), "chat_message");
    assert!(event.is("chat.message") && event.is("chat_message") && !event.is("chat"));
    assert_eq!(event.get("count"), Some(&2.into()));
    assert_eq!(event.fields().len(), 3);
    let typed: crate::scripted::Event = event.read().unwrap();
    assert!(matches!(typed, crate::scripted::Event::Message { text } if text == "hello"));
    assert!(event.read::<Vec<u8>>().is_err());
}

#[test]
fn private_and_missing_types_are_refused_by_name() {
    for private in ["_private", ".private", "_", "."] {
        let refused = Err(EventTypeError::Private(private.to_owned()));
        assert_eq!(handler_name(private).map(drop), refused);
        assert_eq!(DynEvent::new(private).map(drop), refused);
    }
    let missing = DynEvent::try_from(json!({"text": "x"}));
    assert_eq!(missing, Err(EventTypeError::Missing));
    assert_eq!(DynEvent::try_from(json!([])), Err(EventTypeError::NotAMap));
    let text = EventTypeError::Missing.to_string();
    assert!(text.contains("`type`"), "{text}");
}
