//! One socket for each kind of consumer that a WebSocket can have.

use std::sync::Arc;
use std::time::Duration;

use channels::auth::{FirstMessage, TokenBackend};
use channels::blocking::{Blocking, BlockingConsumer, BlockingContext};
use channels::json::{Json, JsonConsumer, JsonContext};
use channels::raw::{AsgiEvent, AsgiSend, Flow, Raw, RawConsumer, RawContext};
use channels::{
    Accept, BoxError, CloseCode, Context, Frame, GroupName, HandlerError, HandlerResult,
    IntoEndpoint as _, Scope, URLRouter, WebsocketConsumer,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{Listed, RoomEvent, room_group};

pub(crate) const LIST: &[Listed] = &[
    (
        "/ws/echo/",
        "send anything",
        "it comes back: <code>WebsocketConsumer</code>",
    ),
    (
        "/ws/sum/",
        "send <code>{\"numbers\": [1, 2]}</code>",
        "<code>{\"sum\": 3.0}</code>: <code>JsonConsumer</code>",
    ),
    (
        "/ws/raw/",
        "send anything",
        "the ASGI name of each event: <code>RawConsumer</code>",
    ),
    (
        "/ws/blocking/",
        "send a number of milliseconds",
        "an answer after so long a sleep, while others go on: <code>BlockingConsumer</code>",
    ),
    (
        "/ws/room/tea/",
        "send text",
        "everybody in the room gets it, streams and polls too: groups",
    ),
    (
        "/ws/clock/",
        "wait",
        "a tick each second: <code>notify_interval</code>",
    ),
    (
        "/ws/first-message/",
        "send <code>{\"token\": \"tea\"}</code> first",
        "signed in; anything else closes with 4401: <code>FirstMessage</code>",
    ),
    (
        "/ws/close/",
        "send a text",
        "closed with 4000 and the text as reason",
    ),
    ("/ws/stop/", "send anything", "the consumer stops: 1000"),
    ("/ws/error/", "send anything", "the handler fails: 1011"),
    ("/ws/panic/", "send anything", "the handler panics: 1011"),
];

pub(crate) fn routes() -> URLRouter {
    let signed_in = (|_: &Scope| Echo).wrap(FirstMessage::new(OneWord));
    URLRouter::new()
        .path("echo/", |_: &Scope| Echo)
        .path("sum/", |_: &Scope| Json(Sum))
        .path("raw/", |_: &Scope| Raw(Names))
        .path("blocking/", |_: &Scope| Blocking::new(Sleeper))
        .path("room/<str:room>/", |scope: &Scope| {
            let room: String = scope.param("room").unwrap_or_default();
            Member(room_group(&room))
        })
        .path("clock/", |_: &Scope| Clock)
        .path("first-message/", signed_in)
        .path("close/", |_: &Scope| Ends::Close)
        .path("stop/", |_: &Scope| Ends::Stop)
        .path("error/", |_: &Scope| Ends::Error)
        .path("panic/", |_: &Scope| Ends::Panic)
}

struct Echo;

impl WebsocketConsumer for Echo {
    type Event = ();

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send(frame)?)
    }
}

struct Sum;

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<f64>,
}

#[derive(Serialize)]
struct Total {
    sum: f64,
}

impl JsonConsumer for Sum {
    type Inbound = Numbers;
    type Outbound = Total;
    type Event = ();

    async fn receive(&mut self, asked: Numbers, ctx: &mut JsonContext<Self>) -> HandlerResult {
        let sum = asked.numbers.iter().sum();
        ctx.emit(&Total { sum })
    }
}

struct Names;

impl RawConsumer for Names {
    async fn handle(
        &mut self,
        event: AsgiEvent,
        ctx: &mut RawContext<Self>,
    ) -> Result<Flow, HandlerError> {
        match event {
            AsgiEvent::Connect => ctx.send_event(AsgiSend::Accept(Accept::new()))?,
            AsgiEvent::Disconnect(_) => return Ok(Flow::Stop),
            other => ctx.send_event(AsgiSend::Send(other.handler().into_owned().into()))?,
        }
        Ok(Flow::Continue)
    }
}

struct Sleeper;

impl BlockingConsumer for Sleeper {
    type Event = ();

    fn receive(&mut self, frame: Frame, ctx: &mut BlockingContext<Self>) -> HandlerResult {
        let wanted = frame.as_text().and_then(|text| text.trim().parse().ok());
        let slept = Duration::from_millis(wanted.unwrap_or(0)).min(Duration::from_secs(10));
        // Any call that blocks: a query, a large file, a slow library.
        std::thread::park_timeout(slept);
        Ok(ctx.send(format!("slept {slept:?}"))?)
    }
}

struct Member(GroupName);

impl WebsocketConsumer for Member {
    type Event = RoomEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.0.clone()]
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let text = frame.as_text().unwrap_or_default().to_owned();
        ctx.group_send(&self.0, RoomEvent::Said { text }).await?;
        Ok(())
    }

    async fn event(&mut self, event: Arc<RoomEvent>, ctx: &mut Context<Self>) -> HandlerResult {
        let RoomEvent::Said { text } = &*event;
        Ok(ctx.send(text.as_str())?)
    }
}

struct Clock;

#[derive(Serialize, Deserialize)]
struct Tick;

impl WebsocketConsumer for Clock {
    type Event = Tick;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), channels::Deny> {
        ctx.accept(Accept::new())?;
        ctx.notify_interval(Duration::from_secs(1), || Tick);
        Ok(())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(&mut self, _: Arc<Tick>, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send("tick")?)
    }
}

/// Knows one token.
struct OneWord;

impl TokenBackend for OneWord {
    type User = String;

    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        _: &'a Scope,
    ) -> BoxFuture<'a, Result<Option<String>, BoxError>> {
        Box::pin(async move { Ok((token == "tea").then(|| "ana".to_owned())) })
    }
}

/// Ends with the first message.
enum Ends {
    Close,
    Stop,
    Error,
    Panic,
}

impl WebsocketConsumer for Ends {
    type Event = ();

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        match self {
            Self::Close => {
                let reason = frame.as_text().unwrap_or_default();
                ctx.close(CloseCode::app(4000)?, reason);
            }
            Self::Stop => ctx.stop(),
            Self::Error => return Err(HandlerError::msg("an error, as announced")),
            Self::Panic => panic!("a panic, as announced"),
        }
        Ok(())
    }
}
