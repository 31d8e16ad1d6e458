//! Sockets over server-sent events: the consumer is unchanged, and the client reads a stream.

use actix_web::App;
use channels::http::{HttpOptions, NotSent, Streams};
use channels::testing::LiveServer;
use channels::{
    Connecting, Deny, Frame, IntoEndpoint as _, Layer, Middleware, Next, Scope, Server,
};
use futures_util::future::LocalBoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::scripted::{PATIENCE, Reader, application, group, message, shared};

/// Whoever asks, by a header.
#[derive(Clone, Debug, PartialEq)]
struct User(String);

struct Known;

impl Middleware for Known {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        if let Some(user) = scope.header("x-user").map(str::to_owned) {
            scope.insert(User(user));
        }
        Box::pin(next.run(scope))
    }
}

struct Site {
    server: LiveServer,
    streams: Streams<User>,
    layer: Layer,
    journal: Reader,
}

fn site() -> Site {
    let (scripted, journal) = application();
    let app = scripted.wrap(Known);
    let (streams, layer) = (Streams::new(), Layer::in_memory());
    let (read, read_layer) = (streams.clone(), layer.clone());
    let server = Server::new().http(move || {
        let route = read.route(app.clone(), &read_layer, HttpOptions::new());
        App::new().default_service(route)
    });
    Site {
        server: LiveServer::start_server(server).expect("a free port"),
        streams,
        layer,
        journal,
    }
}

/// The bytes of one stream so far, with the chunk headers.
struct Reading {
    stream: TcpStream,
    text: String,
}

impl Reading {
    async fn open(site: &Site, path: &str, user: &str) -> Self {
        let connected = TcpStream::connect(site.server.address()).await;
        let mut stream = connected.expect("the server to listen");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-User: {user}\r\n\r\n");
        let request = if user.is_empty() {
            request.replace("X-User: \r\n", "")
        } else {
            request
        };
        let written = stream.write_all(request.as_bytes()).await;
        written.expect("an open connection");
        Self {
            stream,
            text: String::new(),
        }
    }

    /// Reads until this arrives, and returns the text before it.
    async fn until(&mut self, wanted: &str) -> String {
        loop {
            if let Some((before, after)) = self.text.split_once(wanted) {
                let (before, after) = (before.to_owned(), after.to_owned());
                self.text = after;
                return before;
            }
            let mut chunk = [0; 4096];
            let read = timeout(PATIENCE, self.stream.read(&mut chunk)).await;
            let len = read.expect("bytes in time").expect("an open connection");
            assert_ne!(len, 0, "the end came before {wanted:?} in {:?}", self.text);
            self.text += &String::from_utf8_lossy(&chunk[..len]);
        }
    }

    /// The name that the stream begins with.
    async fn name(&mut self) -> String {
        self.until("event: stream\ndata: ").await;
        self.until("\n\n").await
    }
}

fn say(site: &Site, name: &str, user: &str, text: &str) -> Result<(), NotSent> {
    let is_theirs = |owner: &User| owner.0 == user;
    site.streams.send(name, is_theirs, [Frame::from(text)])
}

#[actix_web::test]
async fn frames_go_in_by_name_and_come_out_as_events() {
    let site = site();
    let mut ana = Reading::open(&site, "/open/?group=tea", "ana").await;
    let head = ana.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(head.contains("text/event-stream"), "{head}");
    let name = ana.name().await;

    say(&site, &name, "ana", "two\nlines").unwrap();
    ana.until("data: two\ndata: lines\n\n").await;
    for event in [message("one"), shared("two")] {
        site.layer
            .group_send(&group("tea"), event)
            .await
            .expect("a layer");
    }
    ana.until("data: heard one\n\n").await;
    ana.until("data: shared two\n\n").await;
    say(&site, &name, "ana", "close 4001 enough").unwrap();
    ana.until("event: close\ndata: {\"code\":4001,\"reason\":\"enough\"}\n\n")
        .await;
    ana.until("0\r\n\r\n").await;
    assert_eq!(say(&site, &name, "ana", "late"), Err(NotSent::Unknown));
}

#[actix_web::test]
async fn only_its_owner_speaks_on_a_stream() {
    let site = site();
    let mut ana = Reading::open(&site, "/open/", "ana").await;
    let name = ana.name().await;
    assert_eq!(say(&site, &name, "eve", "hi"), Err(NotSent::Unknown));
    assert_eq!(say(&site, "0000", "ana", "hi"), Err(NotSent::Unknown));
    assert_eq!(say(&site, &name, "ana", "hi"), Ok(()));
}

#[actix_web::test]
async fn a_consumer_that_takes_nothing_lets_only_so_much_wait() {
    let site = site();
    let mut ana = Reading::open(&site, "/open/", "ana").await;
    let name = ana.name().await;
    say(&site, &name, "ana", "hang").unwrap();
    let mut sent = 0;
    while say(&site, &name, "ana", "more") == Ok(()) {
        sent += 1;
        assert!(sent < 10_000, "there is a limit");
        tokio::task::yield_now().await;
    }
    assert_eq!(say(&site, &name, "ana", "more"), Err(NotSent::Full));
}

#[actix_web::test]
async fn a_refusal_is_that_of_a_socket_and_nobody_unknown_gets_in() {
    let site = site();
    for (path, user, status) in [
        ("/deny/", "ana", "403"),
        ("/busy/", "ana", "429"),
        ("/open/", "", "403"),
    ] {
        let mut answer = Reading::open(&site, path, user).await;
        let head = answer.until("\r\n\r\n").await;
        assert!(head.contains(status), "{path}: {head}");
    }
}

#[actix_web::test]
async fn a_reader_that_goes_ends_its_consumer_and_its_name() {
    let mut site = site();
    let mut ana = Reading::open(&site, "/open/", "ana").await;
    let name = ana.name().await;
    drop(ana);
    let line = site.journal.next().await;
    assert!(line.contains("1006"), "{line}");
    let forgotten = async {
        while say(&site, &name, "ana", "hi") != Err(NotSent::Unknown) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, forgotten).await.expect("it is forgotten");
}
