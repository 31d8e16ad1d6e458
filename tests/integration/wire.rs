//! What stands in and around the heads of requests and answers: hosts, targets, HEAD, sizes, headers.

use std::time::Duration;

use parlour::config::Period;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    stage::within,
    support::{Person, Site},
};

const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The head of the answer to any bytes.
async fn answer(site: &Site, bytes: &str) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = within("a head", stream.read_u8()).await;
        let byte = byte.unwrap_or_else(|_| panic!("{}", head.escape_ascii()));
        head.push(byte);
    }
    String::from_utf8(head).unwrap()
}

async fn status(site: &Site, target: &str, host: &str, upgrade: &str) -> String {
    let bytes = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n");
    let head = answer(site, &bytes).await;
    head.split(' ').nth(1).unwrap().to_owned()
}

/// The status of a handshake and of a page.
async fn both(site: &Site, authority: &str, host: &str, more: &str) -> [String; 2] {
    let page = format!("{authority}/accounts/login/");
    let socket = format!("{authority}/ws/");
    let origin = format!("{HANDSHAKE}Origin: http://{}\r\n{more}", site.address);
    [
        status(site, &page, host, more).await,
        status(site, &socket, host, &origin).await,
    ]
}

#[tokio::test]
async fn a_host_is_a_name_and_digits() {
    let site = Site::start().await;
    let port = site.address.port();
    for host in [
        format!("127.0.0.1:{port}"),
        "127.0.0.1".to_owned(),
        format!("localhost.:{port}"),
        "LOCALHOST.".to_owned(),
        "[::1]:1".to_owned(),
    ] {
        // Without a session, the socket of the right host is refused with 403.
        assert_eq!(both(&site, "", &host, "").await, ["200", "403"], "{host}");
    }
    for host in [
        "127.0.0.1:x@evil.example",
        "127.0.0.1:80@evil.example",
        "127.0.0.1:",
        "127.0.0.1:port",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "localhost..",
        "x@localhost",
        "evil.example",
    ] {
        assert_eq!(both(&site, "", host, "").await, ["400", "400"], "{host}");
    }
}

#[tokio::test]
async fn a_target_of_another_host_is_refused() {
    let site = Site::start().await;
    let own = site.address.to_string();
    let absolute = format!("http://{own}");
    assert_eq!(both(&site, &absolute, &own, "").await, ["200", "403"]);
    for foreign in ["http://evil.example", "https://evil.example:443"] {
        assert_eq!(both(&site, foreign, &own, "").await, ["400", "400"]);
        assert_eq!(
            both(&site, foreign, "evil.example", "").await,
            ["400", "400"]
        );
    }
    let userinfo = format!("http://x@{own}");
    assert_eq!(both(&site, &userinfo, &own, "").await, ["400", "400"]);
}

#[tokio::test]
async fn the_limit_of_heads_holds_for_handshakes_too() {
    let site = Site::start_with(|settings| settings.limits.max_head_bytes = 2000).await;
    let own = site.address.to_string();
    let header = |bytes| format!("X-Long: {}\r\n", "x".repeat(bytes));
    assert_eq!(both(&site, "", &own, &header(1000)).await, ["200", "403"]);
    assert_eq!(both(&site, "", &own, &header(2000)).await, ["431", "431"]);
}

#[tokio::test]
async fn two_servers_on_one_host_have_cookies_of_their_own() {
    let (one, other) = (Site::start().await, Site::start().await);
    let names = |person: &Person| {
        let cookies = person.cookies();
        let names = cookies
            .split("; ")
            .map(|pair| pair.split('=').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let (ana, bo) = (one.sign_up("ana").await, other.sign_up("bo").await);
    let (of_ana, of_bo) = (names(&ana), names(&bo));
    assert!(!of_ana.is_empty());
    assert!(
        of_ana.iter().all(|name| !of_bo.contains(name)),
        "{of_ana:?} {of_bo:?}"
    );
    // A browser sends the cookies of a host to all its ports.
    let all = format!("{}; {}", ana.cookies(), bo.cookies());
    for person in [&ana, &bo] {
        let request = person
            .request(Method::GET, "/friends/")
            .header("Cookie", &all);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
}

/// Returns the addresses in `routes.rs` that answer GET, with their placeholders, so that the test knows new ones, too.
fn addresses_of_get() -> Vec<String> {
    let source = include_str!("../../src/routes.rs");
    let (source, _tests) = source.split_once("#[cfg(test)]").unwrap();
    let (mut scope, mut found) = (String::new(), Vec::new());
    let mut parts = source.split('"');
    let mut code = parts.next().unwrap();
    while let (Some(literal), Some(after)) = (parts.next(), parts.next()) {
        if code.contains("fn ") {
            scope.clear();
        }
        let before = code.trim_end();
        if before.ends_with("web::scope(") {
            literal.clone_into(&mut scope);
        }
        let is_address = before.ends_with("web::resource(") || before.ends_with(".route(");
        let address = is_address.then(|| format!("{scope}{literal}"));
        let answers = ["web::get()", "web::to(", ".route(stream)"];
        if answers.iter().any(|answer| after.contains(answer)) {
            found.extend(address);
        }
        code = after;
    }
    let gets = source.matches("web::get()").count();
    // The WebSocket, and the stream of events.
    assert_eq!(found.len(), gets + 2, "{found:?}");
    found
}

#[tokio::test]
async fn head_is_answered_wherever_get_is() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    assert_eq!(ana.post_by_form(room, "hello").await, 303);
    let page = ana.open(&format!("/rooms/{room}/")).await;
    let message = page.attribute("article", "data-id").unwrap();
    let (link, invite) = ana.make_link(room, "week", "1").await;
    let asset = page.attribute("link[rel=stylesheet]", "href").unwrap();
    let [token, invite] =
        [link, invite].map(|path| path.split('/').rev().nth(1).unwrap().to_owned());
    let (hash, file) = asset
        .trim_start_matches("/static/")
        .split_once('/')
        .unwrap();
    let (room, person) = (room.to_string(), bo.id.to_string());
    let filled = |address: String| {
        [
            ("{hash}", hash),
            ("{path:.*}", file),
            ("{rest:.*}", ""),
            // It counts whom a word calls.
            ("/calls/", "/calls/?word=everyone"),
            ("{token}", &token),
            ("{id}", &person),
            ("{person}", &person),
            ("{user}", &person),
            ("{room}", &room),
            ("{message}", &message),
            ("{invite}", &invite),
        ]
        .iter()
        .fold(address, |address, (place, value)| {
            address.replace(place, value)
        })
    };
    // A server with an owner has no first run, and nothing is kept here.
    let missing = ["/accounts/first-run/", "/accounts/kept/", "/nowhere/"];
    let mut addresses = addresses_of_get();
    addresses.push("/nowhere/".to_owned());
    for address in addresses {
        let path = filled(address);
        assert!(!path.contains('{'), "a value for {path}");
        let ask = async |method: Method| ana.request(method, &path).send().await.unwrap();
        let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
        assert_eq!(head.status(), get.status(), "{path}");
        let is_missing = missing.iter().any(|missing| path.starts_with(missing));
        assert_eq!(get.status() == 404, is_missing, "{path}: {}", get.status());
        let fixed = |answer: &reqwest::Response| {
            let mut headers = answer.headers().clone();
            for changing in ["date", "content-length", "set-cookie", "x-request-id"] {
                headers.remove(changing);
            }
            headers
        };
        assert_eq!(fixed(&head), fixed(&get), "{path}");
        let bytes = within("no body", head.bytes()).await.unwrap();
        assert!(bytes.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_head_and_a_link_from_elsewhere_mark_nothing_read() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    assert_eq!(ana.post_by_form(room, "hello").await, 303);
    let path = format!("/rooms/{room}/");
    let unread = async || {
        let total = bo.open("/").await.texts("title");
        total[0].starts_with('(')
    };
    assert!(unread().await, "the premise");
    for (method, header, value) in [
        (Method::HEAD, "X-None", "1"),
        (Method::GET, "Sec-Fetch-Site", "cross-site"),
        (Method::GET, "Sec-Fetch-Site", "same-site"),
        (Method::GET, "Referer", "http://evil.example/"),
    ] {
        let request = bo.request(method, &path).header(header, value);
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert!(unread().await, "{header}: {value}");
    }
    bo.open(&path).await;
    assert!(!unread().await);
}

#[tokio::test]
async fn security_headers_stand_on_every_answer() {
    let site = Site::start_with(|settings| {
        settings.limits.head_timeout = Period(Duration::from_millis(200));
    })
    .await;
    let own = format!("Host: {}\r\n", site.address);
    let socket = format!("GET /ws/ HTTP/1.1\r\n{own}{HANDSHAKE}\r\n");
    let foreign = format!("GET /ws/ HTTP/1.1\r\nHost: evil.example\r\n{HANDSHAKE}\r\n");
    for (bytes, status) in [
        (format!("GET /accounts/login/ HTTP/1.1\r\n{own}\r\n"), "200"),
        (format!("GET /nowhere HTTP/1.1\r\n{own}\r\n"), "404"),
        (
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
            "400",
        ),
        (socket.clone(), "403"),
        (socket.replace(": 13", ": 8"), "426"),
        (foreign, "400"),
        (
            format!("GET / HTTP/1.1\r\n{own}Broken header\r\n\r\n"),
            "400",
        ),
        ("nonsense\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\n", "x".repeat(200_000)), "431"),
        (format!("GET / HTTP/1.1\r\n{own}"), "408"),
    ] {
        let head = answer(&site, &bytes).await.to_ascii_lowercase();
        let shown = bytes[..bytes.len().min(60)].escape_debug();
        assert_eq!(head.split(' ').nth(1), Some(status), "{shown}: {head}");
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(head.contains(header), "{shown}: {head}");
        }
    }
}
