//! Streams of server-sent events, and requests that wait for one.

use std::sync::Arc;
use std::time::Duration;

use channels::http::{
    LongPoll, LongPollConsumer, LongPollContext, ResponseEnd, Sse, SseConsumer, SseContext,
    SseEvent,
};
use channels::testing::HttpCommunicator;
use channels::{Accept, Deny, GroupName, HandlerResult, IntoEndpoint, Layer, Scope, URLRouter};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::http::{Journal, rest};
use crate::scripted::{Event, PATIENCE, group, message};

struct Feed {
    how: String,
    journal: UnboundedSender<String>,
}

impl SseConsumer for Feed {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("tea")]
    }

    fn heartbeat(&self) -> Duration {
        Duration::from_millis(if self.how == "beat" { 10 } else { 15_000 })
    }

    async fn connect(&mut self, ctx: &mut SseContext<Self>) -> Result<(), Deny> {
        match self.how.as_str() {
            "deny" => return Err(Deny::status(401)),
            "silent" => return Ok(()),
            "eager" => ctx.event("too early")?,
            _ => {}
        }
        ctx.accept(Accept::new().header("x-feed", "tea"))?;
        if let Some(id) = ctx.last_event_id() {
            let since = format!("since {id}");
            ctx.event(since)?;
        }
        Ok(())
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut SseContext<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } if text == "close" => ctx.close(),
            Event::Message { text } => ctx.event(SseEvent::new(text).id("7").event("chat"))?,
            Event::Fired { name } => ctx.event(name.as_str())?,
        }
        Ok(())
    }

    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut SseContext<Self>) {
        let groups = ctx.groups().count();
        // A test that reads no journal has dropped its end.
        let _ = self.journal.send(format!("{why:?}, in {groups} groups"));
    }
}

fn feed(how: &str) -> (HttpCommunicator, Journal, Layer) {
    let (journal, reader) = unbounded_channel();
    let app = URLRouter::new().path("<str:how>/", move |scope: &Scope| {
        Sse(Feed {
            how: scope.param("how").expect("the pattern names it"),
            journal: journal.clone(),
        })
    });
    let layer = Layer::in_memory();
    let client = HttpCommunicator::new(app, "GET", &format!("/{how}/")).layer(&layer);
    (client.timeout(PATIENCE), reader, layer)
}

#[actix_web::test]
async fn a_group_writes_into_a_stream_of_events() {
    let (mut client, journal, layer) = feed("open");
    let head = client.send().await.unwrap();
    assert_eq!(head.status, 200);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-cache"),
        ("x-accel-buffering", "no"),
        ("x-feed", "tea"),
    ] {
        assert_eq!(head.header(name), Some(value));
    }
    let text = "two\nlines";
    layer
        .group_send(&group("tea"), message(text))
        .await
        .unwrap();
    let event = client.next_event().await.unwrap().unwrap();
    assert_eq!(event, SseEvent::new(text).id("7").event("chat"));
    layer
        .group_send(&group("tea"), message("close"))
        .await
        .unwrap();
    assert_eq!(client.next_event().await.unwrap(), None);
    drop(client);
    assert_eq!(rest(journal).await, ["Complete, in 0 groups"]);
}

#[actix_web::test]
async fn connect_decides_on_a_stream() {
    for (how, status) in [("deny", 401), ("silent", 403), ("eager", 500)] {
        let (mut client, journal, _) = feed(how);
        assert_eq!(client.get_response().await.unwrap().status, status, "{how}");
        drop(client);
        assert_eq!(rest(journal).await, ["Failed, in 0 groups"], "{how}");
    }
}

#[actix_web::test]
async fn a_browser_that_comes_back_says_what_it_saw_last() {
    let (client, _journal, _) = feed("open");
    let mut client = client.header("Last-Event-ID", "41");
    client.send().await.unwrap();
    let event = client.next_event().await.unwrap().unwrap();
    assert_eq!(event.data, "since 41");
}

#[actix_web::test]
async fn a_silent_stream_says_that_it_lives() {
    let (mut client, _journal, _) = feed("beat");
    client.send().await.unwrap();
    for _ in 0..3 {
        assert_eq!(client.next_chunk().await.unwrap().unwrap(), ":\n\n");
    }
}

#[actix_web::test]
async fn a_reader_that_goes_ends_its_stream_at_once() {
    let (mut client, journal, _) = feed("open");
    client.send().await.unwrap();
    client.disconnect().await.unwrap();
    drop(client);
    assert_eq!(rest(journal).await, ["ClientGone, in 0 groups"]);
}

#[test]
fn no_field_of_an_event_can_pose_as_another() {
    let event = SseEvent::new("a\rb\r\nc\n")
        .id("1\ndata: forged")
        .event("x\r\nid: 2")
        .retry(Duration::from_secs(3));
    assert_eq!(
        event.to_string(),
        "event: xid: 2\nid: 1data: forged\nretry: 3000\ndata: a\ndata: b\ndata: c\ndata: \n\n"
    );
}

struct Next {
    how: String,
}

impl LongPollConsumer for Next {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("tea")]
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(if self.how == "short" { 10 } else { 60_000 })
    }

    async fn connect(&mut self, ctx: &mut LongPollContext<Self>) -> Result<(), Deny> {
        match self.how.as_str() {
            "missed" => Ok(ctx.respond(200, "what was missed")?),
            "deny" => Err(Deny::status(410)),
            _ => Ok(()),
        }
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut LongPollContext<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } if text == "boring" => {}
            Event::Message { text } => ctx.respond(200, text.clone())?,
            Event::Fired { name } => ctx.respond(200, name.clone())?,
        }
        Ok(())
    }
}

fn poll(how: &str) -> (HttpCommunicator, Layer) {
    let app = URLRouter::new().path("<str:how>/", |scope: &Scope| {
        LongPoll(Next {
            how: scope.param("how").expect("the pattern names it"),
        })
    });
    let layer = Layer::in_memory();
    let app = app.into_endpoint();
    let client = HttpCommunicator::new(app, "GET", &format!("/{how}/")).layer(&layer);
    (client.timeout(PATIENCE), layer)
}

#[actix_web::test]
async fn a_request_waits_for_the_event_that_answers_it() {
    let (mut client, layer) = poll("wait");
    let sending = async {
        for text in ["boring", "news", "too late"] {
            loop {
                let report = layer.group_send(&group("tea"), message(text)).await;
                if report.unwrap().delivered > 0 || text == "too late" {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
    };
    let (response, ()) = tokio::join!(client.get_response(), sending);
    let response = response.unwrap();
    assert_eq!((response.status, response.text()), (200, "news".to_owned()));
}

#[actix_web::test]
async fn a_wait_in_vain_is_answered_with_204() {
    let (mut client, _) = poll("short");
    let response = client.get_response().await.unwrap();
    assert_eq!((response.status, response.text()), (204, String::new()));
}

#[actix_web::test]
async fn connect_may_answer_or_refuse_a_wait_at_once() {
    for (how, status) in [("missed", 200), ("deny", 410)] {
        let (mut client, _) = poll(how);
        assert_eq!(client.get_response().await.unwrap().status, status);
    }
}
