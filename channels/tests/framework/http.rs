//! Consumers that answer requests: heads, bodies, events while a response is open, and ends.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use channels::http::{Http, HttpConsumer, HttpContext, HttpOptions, ResponseEnd, ResponseHead};
use channels::security::OriginValidator;
use channels::sessions::CookieMiddleware;
use channels::testing::{HttpCommunicator, Missed};
use channels::{
    GroupName, HandlerError, HandlerResult, IntoEndpoint, Layer, Scope, StopConsumer, URLRouter,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::scripted::{Event, PATIENCE, group, message};

pub(crate) struct Scripted {
    how: String,
    journal: UnboundedSender<String>,
}

pub(crate) type Journal = UnboundedReceiver<String>;

/// `/<how>/` for what `handle` does.
pub(crate) fn application() -> (URLRouter, Journal) {
    let (journal, reader) = unbounded_channel();
    let router = URLRouter::new().path("<str:how>/", move |scope: &Scope| {
        Http(Scripted {
            how: scope.param("how").expect("the pattern names it"),
            journal: journal.clone(),
        })
    });
    (router, reader)
}

fn client(how: &str) -> (HttpCommunicator, Journal) {
    let (app, journal) = application();
    let client = HttpCommunicator::new(app, "POST", &format!("/{how}/?group=tea"));
    (client.timeout(PATIENCE), journal)
}

impl HttpConsumer for Scripted {
    type Event = Event;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let named = scope.query_string().strip_prefix("group=");
        named.map(group).into_iter().collect()
    }

    async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        match self.how.as_str() {
            "echo" => {
                let head = ResponseHead::status(201).header("x-method", ctx.scope().method());
                ctx.send_response(head, body)?;
                let second = ctx.send_response(200, "again");
                self.note(format!("second: {}", second.expect_err("it is over")));
            }
            "parts" => {
                ctx.send_headers(200)?;
                let second = ctx.send_headers(404);
                self.note(second.expect_err("the head is there").to_string());
                ctx.send_body("one ", true)?;
                ctx.send_body("", true)?;
                ctx.send_body("two", false)?;
                let late = ctx.send_body("three", false);
                self.note(late.expect_err("the body has ended").to_string());
            }
            "headless" => ctx.send_body("no head", false)?,
            "silent" => {}
            "head" => ctx.send_headers(200)?,
            "status" => ctx.send_headers(99)?,
            "header" => {
                let head = ResponseHead::status(200).header("transfer-encoding", "chunked");
                ctx.send_headers(head)?;
            }
            "injection" => {
                let head = ResponseHead::status(200).header("x-a", "b\r\nx-c: d");
                ctx.send_headers(head)?;
            }
            "fail" => return Err(HandlerError::msg("handle fails")),
            "panic" => panic!("handle panics"),
            "fail-later" => {
                ctx.send_headers(200)?;
                ctx.send_body("half", true)?;
                return Err(HandlerError::msg("handle fails later"));
            }
            "stop" => {
                ctx.send_headers(200)?;
                ctx.send_body("enough", true)?;
                return Err(StopConsumer.into());
            }
            "hang" => {
                self.note("hanging");
                std::future::pending::<()>().await;
            }
            "flood" => {
                ctx.send_headers(200)?;
                loop {
                    ctx.send_body(vec![b'x'; 64 * 1024], true)?;
                    tokio::task::yield_now().await;
                }
            }
            _ => {
                ctx.send_headers(200)?;
                ctx.send_body("", true)?;
            }
        }
        Ok(())
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut HttpContext<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } if text == "end" => ctx.send_body("end", false)?,
            Event::Message { text } if text == "panic" => panic!("event panics"),
            Event::Message { text } => ctx.send_body(text.clone(), true)?,
            Event::Fired { name } => ctx.send_body(name.clone(), true)?,
        }
        Ok(())
    }

    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut HttpContext<Self>) {
        self.note(format!("{why:?}, in {} groups", ctx.groups().count()));
    }
}

impl Scripted {
    fn note(&self, line: impl Into<String>) {
        // A test that reads no journal has dropped its end.
        let _ = self.journal.send(line.into());
    }
}

pub(crate) async fn rest(mut journal: Journal) -> Vec<String> {
    let mut lines = Vec::new();
    let reading = async {
        while let Some(line) = journal.recv().await {
            lines.push(line);
        }
    };
    let read = tokio::time::timeout(PATIENCE, reading).await;
    read.expect("every consumer to end");
    lines
}

#[actix_web::test]
async fn a_request_is_answered_with_its_head_and_body() {
    let (client, journal) = client("echo");
    let mut client = client.body("tea");
    let response = client.get_response().await.unwrap();
    assert_eq!((response.status, response.text()), (201, "tea".to_owned()));
    assert_eq!(response.header("X-Method"), Some("POST"));
    client.wait().await.unwrap();
    drop(client);
    let over = "second: the connection is closed";
    assert_eq!(rest(journal).await, [over, "Complete, in 0 groups"]);
}

#[actix_web::test]
async fn a_body_comes_in_parts_and_has_one_head_and_one_end() {
    let (mut client, journal) = client("parts");
    client.send().await.unwrap();
    let mut parts = Vec::new();
    while let Some(part) = client.next_chunk().await.unwrap() {
        parts.push(part);
    }
    assert_eq!(parts, ["one ", "two"]);
    drop(client);
    let lines = rest(journal).await;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("the response already has a head"));
    assert_eq!(lines[1], "the connection is closed");
    assert_eq!(lines[2], "Complete, in 0 groups");
}

#[actix_web::test]
async fn whatever_fails_before_the_head_is_500() {
    for how in [
        "fail",
        "panic",
        "silent",
        "head",
        "headless",
        "status",
        "header",
        "injection",
    ] {
        let (mut client, journal) = client(how);
        let response = client.get_response().await.unwrap();
        let answer = (response.status, response.text());
        assert_eq!(answer, (500, "Internal server error".to_owned()), "{how}");
        drop(client);
        assert_eq!(rest(journal).await, ["Failed, in 0 groups"], "{how}");
    }
}

#[actix_web::test]
async fn a_failure_after_the_head_cuts_the_response() {
    let (mut client, journal) = client("fail-later");
    assert_eq!(client.send().await.unwrap().status, 200);
    assert_eq!(client.next_chunk().await.unwrap().unwrap(), "half");
    assert!(matches!(client.next_chunk().await, Err(Missed::CutOff)));
    drop(client);
    assert_eq!(rest(journal).await, ["Failed, in 0 groups"]);
}

#[actix_web::test]
async fn a_consumer_that_stops_has_ended_its_body() {
    let (mut client, journal) = client("stop");
    assert_eq!(client.get_response().await.unwrap().text(), "enough");
    drop(client);
    assert_eq!(rest(journal).await, ["Complete, in 0 groups"]);
}

#[actix_web::test]
async fn events_of_the_layer_reach_an_open_response() {
    let layer = Layer::in_memory();
    let (client, journal) = client("open");
    let mut client = client.layer(&layer);
    assert_eq!(client.send().await.unwrap().status, 200);
    for text in ["first", "second", "end"] {
        let report = layer
            .group_send(&group("tea"), message(text))
            .await
            .unwrap();
        assert_eq!(report.delivered, 1);
        assert_eq!(client.next_chunk().await.unwrap().unwrap(), text);
    }
    assert_eq!(client.next_chunk().await.unwrap(), None);
    client.wait().await.unwrap();
    let report = layer.group_send(&group("tea"), message("late")).await;
    assert_eq!(report.unwrap().delivered, 0);
    drop(client);
    assert_eq!(rest(journal).await, ["Complete, in 0 groups"]);
}

#[actix_web::test]
async fn a_client_that_goes_ends_an_open_response_at_once() {
    let (mut client, journal) = client("open");
    client.send().await.unwrap();
    drop(client);
    assert_eq!(rest(journal).await, ["ClientGone, in 0 groups"]);
}

#[actix_web::test]
async fn a_handler_whose_client_is_gone_is_given_up_after_its_grace() {
    let (client, mut journal) = client("hang");
    let options = HttpOptions::new().handler_grace(Duration::from_millis(20));
    let mut client = client.options(options).timeout(Duration::from_millis(50));
    assert!(matches!(client.send().await, Err(Missed::Timeout(_))));
    assert_eq!(journal.recv().await.unwrap(), "hanging");
    drop(client);
    assert_eq!(rest(journal).await, ["ClientGone, in 0 groups"]);
}

#[actix_web::test]
async fn a_response_that_takes_too_long_is_503() {
    let (client, journal) = client("hang");
    let options = HttpOptions::new()
        .http_timeout(Duration::from_millis(20))
        .handler_grace(Duration::from_millis(20));
    let mut client = client.options(options);
    assert_eq!(client.get_response().await.unwrap().status, 503);
    drop(client);
    assert_eq!(rest(journal).await, ["hanging", "Failed, in 0 groups"]);
}

#[actix_web::test]
async fn an_open_response_that_takes_too_long_is_cut_not_completed() {
    let (client, journal) = client("open");
    let options = HttpOptions::new().http_timeout(Duration::from_millis(20));
    let mut client = client.options(options);
    assert_eq!(client.send().await.unwrap().status, 200);
    assert!(matches!(client.next_chunk().await, Err(Missed::CutOff)));
    drop(client);
    assert_eq!(rest(journal).await, ["Failed, in 0 groups"]);
}

#[actix_web::test]
async fn a_client_that_reads_nothing_is_cut_by_bytes_and_by_time() {
    let (flooded, mut journal) = client("flood");
    let mut flooded = flooded.options(HttpOptions::new().outbox_bytes(256 * 1024));
    flooded.send().await.unwrap();
    assert_eq!(journal.recv().await.unwrap(), "Failed, in 0 groups");
    assert!(matches!(flooded.next_chunk().await, Err(Missed::CutOff)));

    let layer = Layer::in_memory();
    let (slow, mut journal) = client("open");
    let options = HttpOptions::new().write_timeout(Duration::from_millis(20));
    let mut slow = slow.options(options).layer(&layer);
    slow.send().await.unwrap();
    let sent = layer.group_send(&group("tea"), message("unread")).await;
    assert_eq!(sent.unwrap().delivered, 1);
    assert_eq!(journal.recv().await.unwrap(), "ClientGone, in 0 groups");
    assert!(matches!(slow.next_chunk().await, Err(Missed::CutOff)));
}

#[actix_web::test]
async fn every_request_gets_a_consumer_of_its_own() {
    struct Counter(u32);
    impl HttpConsumer for Counter {
        type Event = ();
        async fn handle(&mut self, _: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
            self.0 += 1;
            Ok(ctx.send_response(200, self.0.to_string())?)
        }
    }
    let app = (|_: &Scope| Http(Counter(0))).into_endpoint();
    for _ in 0..3 {
        let mut client = HttpCommunicator::new(app.clone(), "GET", "/");
        assert_eq!(client.get_response().await.unwrap().text(), "1");
    }
}

#[actix_web::test]
async fn the_middleware_of_sockets_serves_requests_too() {
    struct Theme;
    impl HttpConsumer for Theme {
        type Event = ();
        async fn handle(&mut self, _: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
            let theme = ctx.scope().cookies().get("theme").unwrap_or_default();
            let theme = theme.to_owned();
            Ok(ctx.send_response(200, theme)?)
        }
    }
    let app = URLRouter::new()
        .path("theme/", |_: &Scope| Http(Theme))
        .wrap(CookieMiddleware)
        .wrap(OriginValidator::new(["https://example.org"]).unwrap());
    let client = || HttpCommunicator::new(app.clone(), "GET", "/theme/");
    let mut own = client()
        .header("origin", "https://example.org")
        .header("cookie", "theme=dark");
    assert_eq!(own.get_response().await.unwrap().text(), "dark");
    let mut foreign = client().header("origin", "https://evil.example");
    assert_eq!(foreign.get_response().await.unwrap().status, 403);
}

#[actix_web::test]
async fn a_route_of_another_protocol_is_no_match() {
    let (sockets, _) = crate::scripted::application();
    let app = URLRouter::new().path("ws/", sockets.into_endpoint());
    let mut client = HttpCommunicator::new(app, "GET", "/ws/accept/");
    assert_eq!(client.get_response().await.unwrap().status, 404);
}
