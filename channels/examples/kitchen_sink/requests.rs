//! One route for each kind of consumer that a request can have.

use std::sync::Arc;

use bytes::Bytes;
use channels::http::{
    Http, HttpConsumer, HttpContext, LongPoll, LongPollConsumer, LongPollContext, ResponseHead,
    Sse, SseConsumer, SseContext, SseEvent,
};
use channels::{GroupName, HandlerResult, Scope, URLRouter};

use crate::{Listed, RoomEvent, room_group};

pub(crate) const LIST: &[Listed] = &[
    (
        "/http/upper/",
        "POST text",
        "the text in capitals: <code>HttpConsumer</code>",
    ),
    (
        "/http/room/tea/",
        "GET",
        "what is said in the room, line by line, until <code>bye</code>: a streamed response",
    ),
    (
        "/http/events/tea/",
        "GET, with an <code>EventSource</code>",
        "what is said in the room, as events: <code>SseConsumer</code>",
    ),
    (
        "/http/poll/tea/",
        "GET",
        "the next thing said, or 204 after 25 s: <code>LongPollConsumer</code>",
    ),
    (
        "/http/silent/",
        "GET",
        "500: <code>handle</code> sent no response",
    ),
    (
        "/say/tea/",
        "POST text",
        "says it in the room, from a page of the App",
    ),
];

pub(crate) fn routes() -> URLRouter {
    let group = |scope: &Scope| {
        let room: String = scope.param("room").unwrap_or_default();
        room_group(&room)
    };
    URLRouter::new()
        .path("upper/", |_: &Scope| Http(Upper))
        .path("room/<str:room>/", move |scope: &Scope| {
            Http(Lines(group(scope)))
        })
        .path("events/<str:room>/", move |scope: &Scope| {
            Sse(Events(group(scope)))
        })
        .path("poll/<str:room>/", move |scope: &Scope| {
            LongPoll(Next(group(scope)))
        })
        .path("silent/", |_: &Scope| Http(Silent))
}

struct Upper;

impl HttpConsumer for Upper {
    type Event = ();

    async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        let head = ResponseHead::status(200).header("content-type", "text/plain; charset=utf-8");
        let text = String::from_utf8_lossy(&body).to_uppercase();
        Ok(ctx.send_response(head, text)?)
    }
}

struct Lines(GroupName);

impl HttpConsumer for Lines {
    type Event = RoomEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.0.clone()]
    }

    async fn handle(&mut self, _: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        ctx.send_headers(ResponseHead::status(200).header("content-type", "text/plain"))?;
        Ok(ctx.send_body("listening\n", true)?)
    }

    async fn event(&mut self, event: Arc<RoomEvent>, ctx: &mut HttpContext<Self>) -> HandlerResult {
        let RoomEvent::Said { text } = &*event;
        Ok(ctx.send_body(format!("{text}\n"), text != "bye")?)
    }
}

struct Events(GroupName);

impl SseConsumer for Events {
    type Event = RoomEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.0.clone()]
    }

    async fn event(&mut self, event: Arc<RoomEvent>, ctx: &mut SseContext<Self>) -> HandlerResult {
        let RoomEvent::Said { text } = &*event;
        Ok(ctx.event(SseEvent::new(text))?)
    }
}

struct Next(GroupName);

impl LongPollConsumer for Next {
    type Event = RoomEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.0.clone()]
    }

    async fn event(
        &mut self,
        event: Arc<RoomEvent>,
        ctx: &mut LongPollContext<Self>,
    ) -> HandlerResult {
        let RoomEvent::Said { text } = &*event;
        Ok(ctx.respond(200, text.clone())?)
    }
}

struct Silent;

impl HttpConsumer for Silent {
    type Event = ();

    async fn handle(&mut self, _: Bytes, _: &mut HttpContext<Self>) -> HandlerResult {
        Ok(())
    }
}
