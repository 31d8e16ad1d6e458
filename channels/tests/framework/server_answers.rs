//! Answers of the server itself, time limits of pages and sockets, the access log, and the hooks at
//! start and stop.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::{App, HttpResponse, web};
use channels::server::RunningServer;
use channels::{Layer, Server, SocketOptions};
use futures_util::{StreamExt as _, stream};
use log::{LevelFilter, Log, Metadata, Record};
use tokio::time::timeout;

use crate::scripted::{PATIENCE, application};
use crate::sockets::{Client, Driver, Headers, Site};

const DRIVERS: [Driver; 3] = [Driver::OwnSocket, Driver::Tls, Driver::Mounted];

async fn broken() -> Result<HttpResponse, io::Error> {
    Err(io::Error::other("the page fails"))
}

async fn panics() -> HttpResponse {
    panic!("the page panics")
}

async fn hangs() -> HttpResponse {
    std::future::pending().await
}

/// Half an answer, and then never more.
async fn stalls() -> HttpResponse {
    let half = stream::once(async { Ok::<_, io::Error>("half".into()) });
    HttpResponse::Ok().streaming(half.chain(stream::pending()))
}

async fn names_itself() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::SERVER, "mine"))
        .finish()
}

fn pages(server: Server) -> Server {
    server.http(|| {
        App::new()
            .route("/broken", web::get().to(broken))
            .route("/panics", web::get().to(panics))
            .route("/hangs", web::get().to(hangs))
            .route("/stalls", web::get().to(stalls))
            .route("/names-itself", web::get().to(names_itself))
            .route("/", web::get().to(|| async { "a page" }))
    })
}

fn site(configure: impl FnOnce(Server) -> Server) -> Site {
    Site::start_with(Driver::OwnSocket, SocketOptions::new(), |server| {
        configure(pages(server))
    })
}

async fn fetch(site: &Site, path: &str) -> (u16, Headers, String) {
    let mut client = Client::dial(site.address).await;
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (status, headers) = client.request(&head).await;
    (status, headers, client.rest().await)
}

#[actix_web::test]
async fn a_page_that_fails_or_panics_is_a_500_without_its_reason() {
    let site = site(|server| server);
    let (status, _, _) = fetch(&site, "/broken").await;
    assert_eq!(status, 500);
    let (status, headers, body) = fetch(&site, "/panics").await;
    assert_eq!((status, body.as_str()), (500, "Internal server error"));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(fetch(&site, "/").await.2, "a page");
}

#[actix_web::test]
async fn a_page_that_takes_too_long_is_a_503_and_sockets_are_not_meant() {
    let limit = Duration::from_millis(50);
    let site = site(|server| server.http_timeout(limit));
    let started = Instant::now();
    let (status, _, body) = fetch(&site, "/hangs").await;
    assert_eq!((status, body.as_str()), (503, "Try again later"));
    assert!(started.elapsed() >= limit);
    assert_eq!(fetch(&site, "/").await.0, 200);

    let mut socket = site.open("/ws/accept/").await;
    let mut stalled = Client::dial(site.address).await;
    let (status, _) = stalled
        .request("GET /stalls HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        fetch(&site, "/hangs").await.0,
        503,
        "the limit passes again"
    );
    socket.text("still here").await;
    assert_eq!(socket.receive_text().await, "still here");
    stalled.drop_body("4\r\nhalf\r\n").await;
}

#[actix_web::test]
async fn a_client_that_half_closes_gets_its_answer_where_that_is_allowed() {
    let site = site(|server| server.h1_allow_half_closed(true));
    let mut client = Client::dial(site.address).await;
    client.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    client.finish().await;
    assert!(client.rest().await.ends_with("a page"));
}

#[actix_web::test]
async fn the_server_has_no_name_but_the_one_it_is_given() {
    let nameless = site(|server| server.server_name(""));
    assert!(!fetch(&nameless, "/").await.1.contains_key("server"));
    let named = site(|server| server.server_name("parlour"));
    assert_eq!(fetch(&named, "/").await.1["server"], "parlour");
    assert_eq!(fetch(&named, "/hangs/not").await.1["server"], "parlour");
    assert_eq!(fetch(&named, "/names-itself").await.1["server"], "mine");
    for path in ["/ws/accept/", "/ws/deny/", "/ws/none/at/all/"] {
        let mut client = Client::dial(named.address).await;
        let (_, headers) = client.handshake(path, "").await;
        assert_eq!(headers["server"], "parlour", "{path}");
        let mut client = Client::dial(nameless.address).await;
        let (_, headers) = client.handshake(path, "").await;
        assert!(!headers.contains_key("server"), "{path}");
    }
}

#[actix_web::test]
async fn every_answer_has_the_headers_of_the_server() {
    let dressed = |server: Server| {
        server
            .header("x-frame-options", "DENY")
            .header("server", "tea")
    };
    let limit = Duration::from_millis(100);
    let hasty = site(|server| dressed(server).client_request_timeout(limit));
    let mut late = Client::dial(hasty.address).await;
    let (status, headers) = late.request("GET / HTTP/1.1\r\nHost: x\r\n").await;
    assert_eq!((status, &*headers["x-frame-options"]), (408, "DENY"));
    let site = site(dressed);
    let answered = async |bytes: &[u8]| {
        let mut client = Client::dial(site.address).await;
        let (status, headers) = client.request_raw(bytes).await;
        assert_eq!(
            headers["x-frame-options"],
            "DENY",
            "{}",
            bytes.escape_ascii()
        );
        (status, headers["server"].clone())
    };
    let long = format!("GET /?{} HTTP/1.1\r\n", "x".repeat(200_000));
    for (bytes, status) in [
        (&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], 200),
        (b"GET /not HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: \x85\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"no request at all\r\n\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            400,
        ),
        (long.as_bytes(), 431),
    ] {
        let told = answered(bytes).await;
        assert_eq!(
            told,
            (status, "tea".to_owned()),
            "{}",
            bytes[..20].escape_ascii()
        );
    }
    let own = answered(b"GET /names-itself HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(own, (200, "mine".to_owned()));
    for path in ["/ws/accept/", "/ws/deny/", "/ws/none/at/all/"] {
        let mut client = Client::dial(site.address).await;
        let (_, headers) = client.handshake(path, "").await;
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
    }
}

#[actix_web::test]
async fn a_handshake_may_be_so_large_and_no_larger() {
    for driver in DRIVERS {
        let site = Site::start(driver, SocketOptions::new().max_head_bytes(2000));
        for (name, bytes, status) in [("X", 1000, 101), ("X", 2000, 431), ("X_Y", 2000, 431)] {
            let mut client = Client::dial(site.address).await;
            let header = format!("{name}: {}\r\n", "x".repeat(bytes));
            let (told, _) = client.handshake("/ws/accept/", &header).await;
            assert_eq!(told, status, "{driver:?} {name} {bytes}");
        }
    }
}

#[actix_web::test]
async fn a_socket_that_has_lived_its_time_is_closed_with_1000() {
    for driver in DRIVERS {
        let life = Duration::from_millis(200);
        let options = SocketOptions::new().websocket_timeout(life);
        let mut site = Site::start(driver, options);
        let started = Instant::now();
        let mut client = site.open("/ws/accept/").await;
        client.text("young").await;
        assert_eq!(client.receive_text().await, "young");
        assert_eq!(client.expect_close().await, Some(1000), "{driver:?}");
        assert!(started.elapsed() >= life);
        let expired = r#"disconnect Some(1000) "" Server, in 0 groups"#;
        assert_eq!(site.journal.next().await, expired);
    }
}

#[actix_web::test]
async fn a_socket_outlives_its_pings() {
    let options = SocketOptions::new()
        .ping_interval(Duration::from_millis(20))
        .websocket_timeout(Duration::from_millis(300));
    let site = Site::start(Driver::OwnSocket, options);
    let mut client = site.open("/ws/accept/").await;
    let mut pings = 0;
    let (first, payload) = loop {
        let (first, payload) = client.receive_any().await.expect("pings, and a Close");
        if first != crate::sockets::PING {
            break (first, payload);
        }
        pings += 1;
    };
    assert_eq!(
        (first, payload),
        (crate::sockets::CLOSE, 1000_u16.to_be_bytes().to_vec())
    );
    assert!(pings >= 3, "{pings} pings");
}

#[actix_web::test]
async fn without_a_limit_a_socket_lives_on() {
    let options = SocketOptions::new().websocket_timeout(None);
    let site = Site::start(Driver::OwnSocket, options);
    let mut client = site.open("/ws/accept/").await;
    client.text("hello").await;
    assert_eq!(client.receive_text().await, "hello");
}

#[actix_web::test]
async fn sockets_in_an_app_of_the_server_are_counted_and_seen_off_too() {
    let site = Site::start(Driver::Mounted, SocketOptions::new());
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(site.open("/ws/accept/").await);
    }
    assert_eq!(site.handle.connections(), 3);
    let Site {
        handle, journal, ..
    } = site;
    let closing = async {
        for client in &mut clients {
            assert_eq!(client.expect_close().await, Some(1012));
        }
    };
    let stopping = timeout(PATIENCE, handle.stop(true));
    let (stopped, ()) = tokio::join!(stopping, closing);
    stopped.expect("no connection to hold the server");
    let lines = journal.rest().await;
    let closed = r#"disconnect Some(1012) "" Server, in 0 groups"#;
    assert_eq!(lines.iter().filter(|line| *line == closed).count(), 3);
}

/// What happened, in order.
type Diary = Rc<RefCell<Vec<&'static str>>>;

fn with_hooks(diary: &Diary, failing: &'static str) -> Server {
    let note = |what: &'static str| {
        let diary = Rc::clone(diary);
        move || async move {
            tokio::task::yield_now().await;
            diary.borrow_mut().push(what);
            if what == failing {
                return Err(io::Error::other(what));
            }
            Ok(())
        }
    };
    let (app, _journal) = application();
    Server::new()
        .workers(1)
        .disable_signals()
        .websocket(app, &Layer::in_memory(), SocketOptions::new())
        .on_startup(note("first start"))
        .on_startup(note("second start"))
        .on_shutdown(note("first end"))
        .on_shutdown(note("second end"))
        .bind(("127.0.0.1", 0))
        .expect("a free port")
}

#[actix_web::test]
async fn hooks_run_before_the_first_connection_and_after_the_last() {
    let diary = Diary::default();
    let server = with_hooks(&diary, "nothing");
    let address = server.addrs()[0];
    let running: RunningServer = server.run();
    assert!(
        diary.borrow().is_empty(),
        "nothing runs before it is awaited"
    );
    let handle = running.handle();
    let visit = async {
        let mut client = Client::dial(address).await;
        assert_eq!(client.handshake("/accept/", "").await.0, 101);
        assert_eq!(*diary.borrow(), ["first start", "second start"]);
        let stopping = handle.stop(true);
        let closing = client.expect_close();
        assert_eq!(tokio::join!(stopping, closing).1, Some(1012));
    };
    let (served, ()) = tokio::join!(running, visit);
    served.unwrap();
    assert_eq!(
        *diary.borrow(),
        ["first start", "second start", "first end", "second end"]
    );
}

#[actix_web::test]
async fn a_startup_that_fails_is_the_end_of_the_server() {
    let diary = Diary::default();
    let failed = with_hooks(&diary, "first start").run().await;
    assert_eq!(failed.unwrap_err().to_string(), "first start");
    assert_eq!(*diary.borrow(), ["first start"]);
}

#[actix_web::test]
async fn a_shutdown_hook_that_fails_keeps_no_other_from_running() {
    let diary = Diary::default();
    let running = with_hooks(&diary, "first end").run();
    let handle = running.handle();
    let (served, ()) = tokio::join!(running, handle.stop(true));
    assert_eq!(served.unwrap_err().to_string(), "first end");
    assert_eq!(diary.borrow().last(), Some(&"second end"));
}

/// Keeps the access log of this process.
struct Kept(Mutex<Vec<String>>);

static LOG: LazyLock<&Kept> = LazyLock::new(|| {
    let kept: &Kept = Box::leak(Box::new(Kept(Mutex::default())));
    log::set_logger(kept).expect("the only logger of the tests");
    log::set_max_level(LevelFilter::Info);
    kept
});

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "channels::access"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut lines = self.0.lock().expect("a log that nobody broke");
            lines.push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

impl Kept {
    fn lines_with(&self, text: &str) -> Vec<String> {
        let lines = self.0.lock().expect("a log that nobody broke");
        let lines = lines.iter().filter(|line| line.contains(text));
        lines.cloned().collect()
    }
}

/// Waits for that many lines that speak of a path, and gives them without their time.
async fn logged(path: &str, count: usize) -> Vec<String> {
    let quoted = format!(" {path}\"");
    let waiting = async {
        while LOG.lines_with(&quoted).len() < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("lines in the log");
    let lines = LOG.lines_with(&quoted);
    lines.iter().map(|line| without_time(line)).collect()
}

fn without_time(line: &str) -> String {
    let (before, rest) = line.split_once('[').expect("a time");
    let (time, after) = rest.split_once(']').expect("its end");
    let shape: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert!(
        shape.starts_with("00/") && shape.ends_with("/0000:00:00:00"),
        "{time}"
    );
    format!("{before}[]{after}")
}

const PROXIED: &str = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Port: 1\r\n";

fn proxied(server: Server) -> Server {
    let proxies = ["127.0.0.0/8".parse().expect("a network")];
    let proxies = channels::server::ProxyHeaders::trusting(proxies);
    server.access_log(true).proxy_headers(proxies)
}

#[actix_web::test]
async fn the_access_log_tells_the_life_of_each_socket() {
    LazyLock::force(&LOG);
    for driver in DRIVERS {
        let site = Site::start_with(driver, SocketOptions::new(), proxied);
        let mut client = Client::dial(site.address).await;
        let path = format!("/ws/{driver:?}/");
        let asked = format!("{path}?token=secret");
        assert_eq!(client.handshake(&asked, PROXIED).await.0, 101);
        let line = |action| format!("192.0.2.7:1 - - [] \"{action} {path}\" - -");
        assert_eq!(
            logged(&path, 2).await,
            [line("WSCONNECTING"), line("WSCONNECT")]
        );
        drop(client);
        assert_eq!(
            logged(&path, 3).await[2],
            line("WSDISCONNECT"),
            "{driver:?}"
        );

        let mut client = Client::dial(site.address).await;
        let path = format!("/ws/{driver:?}/%22denied/");
        assert_eq!(client.handshake(&path, PROXIED).await.0, 404);
        let line = |action| format!("192.0.2.7:1 - - [] \"{action} {path}\" - -");
        assert_eq!(
            logged(&path, 2).await,
            [line("WSCONNECTING"), line("WSREJECT")]
        );
    }
}

#[actix_web::test]
async fn the_access_log_tells_status_and_size_of_each_page() {
    LazyLock::force(&LOG);
    let site = site(proxied);
    for (path, line) in [
        ("/", "\"GET /\" 200 6"),
        ("/not-there", "\"GET /not-there\" 404 0"),
        ("/panics", "\"GET /panics\" 500 21"),
    ] {
        let mut client = Client::dial(site.address).await;
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{PROXIED}\r\n");
        client.request(&head).await;
        assert_eq!(
            logged(path, 1).await,
            [format!("192.0.2.7:1 - - [] {line}")]
        );
    }
    let mut client = Client::dial(site.address).await;
    let head = format!("GET /stalls HTTP/1.1\r\nHost: x\r\n{PROXIED}\r\n");
    client.request(&head).await;
    drop(client);
    let given_up = "192.0.2.7:1 - - [] \"GET /stalls\" 200 4";
    assert_eq!(logged("/stalls", 1).await, [given_up]);
}

#[actix_web::test]
async fn a_stranger_does_not_decide_how_long_a_line_of_the_access_log_is() {
    LazyLock::force(&LOG);
    let site = site(proxied);
    let mut client = Client::dial(site.address).await;
    let (method, path) = ("M".repeat(3000), format!("/long/{}", "y".repeat(3000)));
    let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{PROXIED}\r\n");
    client.request(&head).await;

    let line = logged(&format!("/long/{}…", "y".repeat(1018)), 1)
        .await
        .remove(0);

    assert!(line.contains(" \"MMMMMMMMMMMMMMMM /long/"), "{line}");
    assert!(line.len() < 1200, "{}", line.len());
}

#[actix_web::test]
async fn there_is_no_access_log_unless_it_is_asked_for() {
    LazyLock::force(&LOG);
    let silent = site(|server| server);
    assert_eq!(fetch(&silent, "/silent").await.0, 404);
    let logging = site(|server| server.access_log(true));
    assert_eq!(fetch(&logging, "/silent").await.0, 404);
    assert_eq!(logged("/silent", 1).await.len(), 1);
}
