//! HTTP consumers behind a real server: bodies, limits, clients that go or do not read.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, web};
use channels::http::{HttpOptions, ResponseEnd, Sse, SseConsumer, SseContext, mounted};
use channels::testing::LiveServer;
use channels::{
    GroupName, HandlerResult, IntoEndpoint, Layer, Scope, Server, SocketOptions, URLRouter,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

use crate::http::{Journal, application};
use crate::scripted::{Event, PATIENCE, group, message};
use crate::sockets::Client;

struct Feed(UnboundedSender<String>);

impl SseConsumer for Feed {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("tea")]
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut SseContext<Self>) -> HandlerResult {
        if let Event::Message { text } = &*event {
            ctx.event(text.as_str())?;
        }
        Ok(())
    }

    async fn disconnect(&mut self, why: ResponseEnd, _: &mut SseContext<Self>) {
        // A test that reads no journal has dropped its end.
        let _ = self.0.send(format!("{why:?}"));
    }
}

struct Site {
    server: LiveServer,
    layer: Layer,
    journal: Journal,
    feeds: Journal,
}

/// `/page` beside the scripted consumer under `/live/`, streams under `/feed/`, sockets anywhere.
fn site(options: HttpOptions) -> Site {
    let (scripted, journal) = application();
    let (feed, feeds) = tokio::sync::mpsc::unbounded_channel();
    let (sockets, _) = crate::scripted::application();
    let app = URLRouter::new()
        .path("live/", scripted)
        .path("feed/", move |_: &Scope| Sse(Feed(feed.clone())))
        .path("", sockets.into_endpoint())
        .into_endpoint();
    let layer = Layer::in_memory();
    let (http, http_layer) = (app.clone(), layer.clone());
    let server = Server::new()
        .http(move || {
            let consumers = || mounted(http.clone(), &http_layer, options.clone());
            App::new()
                .route("/page", web::get().to(|| async { "a page" }))
                .default_service(consumers())
        })
        .websocket(app, &layer, SocketOptions::new())
        .shutdown_timeout(Duration::from_secs(5));
    let server = LiveServer::start_server(server).expect("a free port");
    Site {
        server,
        layer,
        journal,
        feeds,
    }
}

async fn exchange(site: &Site, request: &str) -> String {
    let mut stream = TcpStream::connect(site.server.address())
        .await
        .expect("the server to listen");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("an open connection");
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let read = timeout(PATIENCE, reading).await.expect("an end in time");
    if let Err(failure) = read {
        answer.extend_from_slice(format!("<{:?}>", failure.kind()).as_bytes());
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

async fn line(journal: &mut Journal) -> String {
    let line = timeout(PATIENCE, journal.recv()).await;
    line.expect("a line in time").expect("an open journal")
}

/// Reads until this has come.
async fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let mut chunk = [0; 4096];
        let read = timeout(PATIENCE, stream.read(&mut chunk)).await;
        let len = read.expect("bytes in time").expect("an open connection");
        assert_ne!(len, 0, "the end came before {wanted:?} in {text:?}");
        text.push_str(&String::from_utf8_lossy(&chunk[..len]));
    }
    text
}

async fn open_feed(site: &Site) -> TcpStream {
    let mut stream = TcpStream::connect(site.server.address())
        .await
        .expect("the server to listen");
    let request = b"GET /feed/ HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(request).await.expect("an open connection");
    let head = read_until(&mut stream, "\r\n\r\n").await;
    assert!(head.contains("text/event-stream"), "{head}");
    stream
}

#[actix_web::test]
async fn pages_requests_and_sockets_share_an_address() {
    let mut site = site(HttpOptions::new());
    let page = exchange(
        &site,
        "GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(page.ends_with("a page"), "{page}");

    let answer = exchange(&site, &post("/live/echo/", "tea")).await;
    let lower = answer.to_ascii_lowercase();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(lower.contains("content-length: 3"), "{answer}");
    assert!(lower.contains("x-method: post") && lower.ends_with("tea"));
    line(&mut site.journal).await;
    assert_eq!(line(&mut site.journal).await, "Complete, in 0 groups");

    let parts = exchange(&site, &post("/live/parts/", "")).await;
    assert!(parts.ends_with("one two"), "{parts}");

    let mut socket = Client::dial(site.server.address()).await;
    assert_eq!(socket.handshake("/accept/", "").await.0, 101);
}

#[actix_web::test]
async fn a_failure_is_500_before_the_head_and_a_cut_after_it() {
    let site = site(HttpOptions::new());
    let answer = exchange(&site, &post("/live/fail/", "")).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(!answer.contains("handle fails"));
    let cut = exchange(&site, &post("/live/fail-later/", "")).await;
    assert!(cut.contains("half") && !cut.contains("\r\n0\r\n"), "{cut}");
}

#[actix_web::test]
async fn a_body_over_the_limit_is_413_and_meets_no_consumer() {
    let mut site = site(HttpOptions::new().max_body_bytes(8));
    let announced = exchange(&site, &post("/live/echo/", "123456789")).await;
    assert!(announced.starts_with("HTTP/1.1 413"), "{announced}");
    let chunked = "POST /live/echo/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n";
    let unannounced = exchange(&site, chunked).await;
    assert!(unannounced.starts_with("HTTP/1.1 413"), "{unannounced}");
    assert!(site.journal.is_empty());
    let fitting = exchange(&site, &post("/live/echo/", "12345678")).await;
    assert!(fitting.ends_with("12345678"), "{fitting}");
    line(&mut site.journal).await;
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_408() {
    let site = site(HttpOptions::new().body_timeout(Duration::from_millis(50)));
    let half = "POST /live/echo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12";
    let answer = exchange(&site, half).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[actix_web::test]
async fn a_stream_hears_its_group_and_ends_when_its_reader_goes() {
    let mut site = site(HttpOptions::new());
    let mut stream = open_feed(&site).await;
    let report = site.layer.group_send(&group("tea"), message("hot")).await;
    assert_eq!(report.unwrap().delivered, 1);
    read_until(&mut stream, "data: hot\n\n").await;
    drop(stream);
    assert_eq!(line(&mut site.feeds).await, "ClientGone");
}

#[actix_web::test]
async fn a_reader_that_stops_reading_is_cut() {
    let options = HttpOptions::new().write_timeout(Duration::from_millis(200));
    let mut site = site(options);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stalled = socket.connect(site.server.address()).await.unwrap();
    let request = b"GET /feed/ HTTP/1.1\r\nHost: x\r\n\r\n";
    stalled.write_all(request).await.unwrap();
    read_until(&mut stalled, "\r\n\r\n").await;
    let large = "x".repeat(256 * 1024);
    let tea = group("tea");
    // More than the kernels take, and fewer than a channel holds.
    for _ in 0..40 {
        let sent = site.layer.group_send(&tea, message(large.clone()));
        sent.await.unwrap();
    }
    assert_ne!(line(&mut site.feeds).await, "Complete");
}

#[actix_web::test]
async fn a_server_that_stops_ends_its_streams_and_waits_for_disconnect() {
    let mut site = site(HttpOptions::new());
    let mut stream = open_feed(&site).await;
    let handle = site.server.handle();
    assert_eq!(handle.connections(), 1);
    let (rest, ()) = tokio::join!(read_until(&mut stream, "0\r\n\r\n"), handle.stop(true));
    assert!(!rest.is_empty());
    assert_eq!(site.feeds.try_recv().unwrap(), "Failed");
}
