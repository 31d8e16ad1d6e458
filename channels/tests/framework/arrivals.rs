//! The origin of a request, as consumers and pages get it, on every kind of socket.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use actix_web::{App, HttpRequest, web};
use channels::server::{ProxyHeaders, ServerHandle};
use channels::socket::mounted;
use channels::{
    Accept, Context, Deny, Frame, HandlerResult, IntoEndpoint, Layer, Scope, Server, SocketOptions,
    URLRouter, WebsocketConsumer,
};
use serde_json::{Value, json};
use tokio::net::{TcpStream, UnixStream};

use crate::sockets::{Client, Driver};
use crate::tls;

/// Says all of its scope, in the subprotocol that its query names.
struct Tells;

impl WebsocketConsumer for Tells {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        let chosen = ctx.scope().query_string().strip_prefix("choose=");
        let accept = match chosen {
            Some(chosen) => Accept::new().subprotocol(chosen),
            None => Accept::new(),
        };
        ctx.accept(accept)?;
        let told = tell(ctx.scope());
        ctx.send_json(&told)?;
        Ok(())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }
}

fn tell(scope: &Scope) -> Value {
    let headers = scope.headers();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
        .collect();
    json!({
        "type": scope.protocol().as_str(),
        "path": scope.path(),
        "raw_path": scope.raw_path(),
        "query_string": scope.query_string(),
        "root_path": scope.root_path(),
        "headers": headers,
        "client": scope.client().map(|client| client.to_string()),
        "server": scope.server().map(|server| server.to_string()),
        "subprotocols": scope.subprotocols(),
        "scheme": scope.scheme(),
        "http_version": scope.http_version(),
        "method": scope.method(),
        "room": scope.params().get("room"),
    })
}

async fn page(request: HttpRequest) -> String {
    let connection = request.connection_info();
    let client = request.peer_addr().map(|client| client.to_string());
    let headers = request.headers();
    let forwarded = headers
        .keys()
        .filter(|name| name.as_str().contains("forward"));
    format!(
        "{} {} {}",
        connection.scheme(),
        client.unwrap_or_default(),
        forwarded.count()
    )
}

fn server(driver: Driver, options: SocketOptions) -> Server {
    let layer = Layer::in_memory();
    let app = URLRouter::new().path("ws/<path:room>/", |_: &Scope| Tells);
    let app = app.into_endpoint();
    let server = Server::new().workers(1).disable_signals();
    if driver != Driver::Mounted {
        let pages = || App::new().default_service(web::get().to(page));
        return server.http(pages).websocket(app, &layer, options);
    }
    server.http(move || {
        let route = mounted(app.clone(), &layer, options.clone());
        App::new()
            .service(web::resource("/{mount:(root/)?}ws/{tail:.*}").route(route))
            .default_service(web::get().to(page))
    })
}

fn run(server: Server) -> ServerHandle {
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    handle
}

fn start(driver: Driver, configure: impl FnOnce(Server) -> Server) -> SocketAddr {
    let server = configure(server(driver, SocketOptions::new()));
    let server = match driver {
        Driver::Tls => server.bind_rustls_0_23((tls::ADDRESS, 0), tls::server()),
        Driver::OwnSocket | Driver::Mounted | Driver::TwoProcesses => server.bind(("127.0.0.1", 0)),
    };
    let server = server.expect("a free port");
    let address = server.addrs()[0];
    run(server);
    address
}

/// What the consumer tells of a handshake with more headers.
async fn told(address: SocketAddr, path: &str, extra: &str) -> Value {
    told_over(Client::dial(address).await, path, extra).await
}

async fn told_over(mut client: Client, path: &str, extra: &str) -> Value {
    let (status, _) = client.handshake(path, extra).await;
    assert_eq!(status, 101, "{path} {extra}");
    serde_json::from_str(&client.receive_text().await).expect("JSON")
}

/// Status and body of a page.
async fn fetched(address: SocketAddr, path: &str, extra: &str) -> (u16, String) {
    let mut client = Client::dial(address).await;
    let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{extra}\r\n");
    let (status, _) = client.request(&head).await;
    (status, client.rest().await)
}

fn header<'a>(told: &'a Value, name: &str) -> Option<&'a str> {
    let headers = told["headers"].as_array().expect("a list");
    let header = headers.iter().find(|header| header[0] == name)?;
    header[1].as_str()
}

fn local_proxies() -> ProxyHeaders {
    ProxyHeaders::trusting(["127.0.0.0/8".parse().expect("a network")])
}

const DRIVERS: [Driver; 3] = [Driver::OwnSocket, Driver::Tls, Driver::Mounted];

#[actix_web::test]
async fn every_field_of_a_scope_is_that_of_its_handshake() {
    for driver in DRIVERS {
        let address = start(driver, |server| server);
        let extra = "X-Tab:  1 \r\nX-Tab: 2\r\nCookie: a=1\r\nCookie: b=2\r\nX_Spoof: 1\r\n\
                     Sec-WebSocket-Protocol: chat.v1 , chat%2Ev2\r\n";
        let told = told(address, "/ws/a%20b%2Fc/?q=%41&r=", extra).await;
        assert_eq!(told["type"], "websocket");
        assert_eq!(told["path"], "/ws/a b/c/", "{driver:?}");
        assert_eq!(told["room"], "a b/c");
        assert_eq!(told["raw_path"], "/ws/a%20b%2Fc/");
        assert_eq!(told["query_string"], "q=%41&r=");
        assert_eq!(told["root_path"], "");
        assert_eq!(told["subprotocols"], json!(["chat.v1", "chat.v2"]));
        let scheme = if driver == Driver::Tls { "wss" } else { "ws" };
        assert_eq!(told["scheme"], scheme, "{driver:?}");
        assert_eq!(
            (&told["http_version"], &told["method"]),
            (&json!("1.1"), &json!("GET"))
        );
        let client: SocketAddr = told["client"].as_str().unwrap().parse().unwrap();
        assert!(client.ip().is_loopback() && client.port() != 0);
        assert_eq!(told["server"], address.to_string(), "{driver:?}");
        assert_eq!(header(&told, "x-tab"), Some("1,2"));
        assert_eq!(header(&told, "cookie"), Some("a=1; b=2"));
        assert_eq!(
            (header(&told, "x_spoof"), header(&told, "x-spoof")),
            (None, None)
        );
        assert_eq!(header(&told, "host"), Some("localhost"));
    }
}

#[actix_web::test]
async fn a_handshake_without_query_and_subprotocols_has_them_empty() {
    for driver in DRIVERS {
        let told = told(start(driver, |server| server), "/ws/x/", "").await;
        assert_eq!(told["query_string"], "");
        assert_eq!(told["subprotocols"], json!([]));
    }
}

#[actix_web::test]
async fn a_subprotocol_is_answered_as_the_client_spelled_it() {
    for driver in DRIVERS {
        let mut client = Client::dial(start(driver, |server| server)).await;
        let offer = "Sec-WebSocket-Protocol: chat%2Ev1, chat%2Ev2\r\n";
        let (status, headers) = client.handshake("/ws/x/?choose=chat.v2", offer).await;
        assert_eq!(status, 101);
        assert_eq!(headers["sec-websocket-protocol"], "chat%2Ev2");
    }
}

/// The status of a request of any bytes.
async fn status(address: SocketAddr, target: &[u8], line: &[u8], upgrade: bool) -> u16 {
    let mut client = Client::dial(address).await;
    let mut head = [b"GET ", target, b" HTTP/1.1\r\nHost: x\r\n"].concat();
    if upgrade {
        head.extend(b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        head.extend(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    }
    client
        .request_raw(&[&head, line, b"\r\n\r\n"].concat())
        .await
        .0
}

#[actix_web::test]
async fn a_request_that_could_be_misread_is_refused() {
    for driver in DRIVERS {
        let address = start(driver, |server| server);
        for (upgrade, good) in [(true, 101), (false, 200)] {
            let path = if upgrade { "/ws/x/" } else { "/x" };
            let ask = async |query: &[u8], line: &[u8]| {
                let target = [path.as_bytes(), query].concat();
                status(address, &target, line, upgrade).await
            };
            assert_eq!(ask(b"", b"X-Fine: 1").await, good, "the premise");
            assert_eq!(ask(b"", "X-Fine: \u{a9}".as_bytes()).await, good);
            assert_eq!(ask(b"?x=\xc3\xa4", b"X-Fine: 1").await, 400);
            assert_eq!(ask(b"\xc3\xa4/", b"X-Fine: 1").await, 400);
            assert_eq!(ask(b"\xff/", b"X-Fine: 1").await, 400);
            for byte in [0x0b, 0x0c, 0x1c, 0x1d, 0x1e, 0x85, 0x00] {
                let line = [b"X-Evil: a", &[byte][..], b"b"].concat();
                assert_eq!(ask(b"", &line).await, 400, "{byte:x} {driver:?} {upgrade}");
            }
            for case in [
                &include_bytes!("cases/cookie-utf8-85.bin")[..],
                include_bytes!("cases/cookie-latin1.bin"),
            ] {
                let line = [b"Cookie: ", case.trim_ascii_end()].concat();
                assert_eq!(ask(b"", &line).await, good, "{}", line.escape_ascii());
            }
            let case = include_bytes!("cases/header-utf8-85.bin").trim_ascii_end();
            assert_eq!(ask(b"", case).await, good);
            // Letters with the byte 85 in each place: Å, х, م, 全, ꅇ, 𐅀, 🅰 and a mark of direction.
            for letter in ["Å", "х", "م", "全", "ꅇ", "𐅀", "🅰", "\u{2005}", "\u{145}"] {
                let line = format!("X-Fine: {letter}rhus{letter}");
                assert_eq!(ask(b"", line.as_bytes()).await, good, "{line}");
            }
            for evil in [
                &b"\xc2\x85"[..],
                b"\x85",
                b"\xc3\x85\x85",
                b"\x85\xc3\x85",
                b"\xc3\x85\xc2\x85",
                b"\xc3\xc3\x85\x0b",
                b"\xe5\x85",
                b"\xe5\x85x\xa8",
                b"\xff\x85",
            ] {
                let line = [b"X-Evil: a", evil, b"b"].concat();
                assert_eq!(ask(b"", &line).await, 400, "{}", line.escape_ascii());
                let line = [b"Cookie: a=", evil, b"b"].concat();
                assert_eq!(ask(b"", &line).await, 400, "{}", line.escape_ascii());
            }
            for name in ["X Evil: 1", "X\u{e4}: 1", "X(Evil): 1", ": 1"] {
                assert_eq!(ask(b"", name.as_bytes()).await, 400, "{name}");
            }
        }
    }
}

#[actix_web::test]
async fn a_target_with_a_host_goes_before_the_header() {
    for driver in [Driver::OwnSocket, Driver::Mounted] {
        let address = start(driver, |server| server);
        let told = told(address, "http://evil.example:81/ws/x/", "").await;
        assert_eq!(header(&told, "host"), Some("evil.example:81"), "{driver:?}");
        assert_eq!(told["path"], "/ws/x/");
    }
}

const FORWARDED: &str = "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\nX-Forwarded-Port: 4711\r\n\
                         X-Forwarded-Proto: https\r\n";

#[actix_web::test]
async fn a_trusted_proxy_tells_where_a_request_came_from() {
    for driver in DRIVERS {
        let address = start(driver, |server| server.proxy_headers(local_proxies()));
        let told = told(address, "/ws/x/", FORWARDED).await;
        assert_eq!(told["client"], "192.0.2.7:4711", "{driver:?}");
        assert_eq!(told["scheme"], "wss");
        assert_eq!(told["server"], address.to_string());
        let (status, body) = fetched(address, "/", FORWARDED).await;
        assert_eq!((status, body.as_str()), (200, "https 192.0.2.7:4711 3"));
    }
}

#[actix_web::test]
async fn without_an_address_from_the_proxy_the_client_is_the_proxy() {
    let address = start(Driver::OwnSocket, |server| {
        server.proxy_headers(local_proxies())
    });
    let told = told(address, "/ws/x/", "X-Forwarded-Port: 1\r\n").await;
    let client: SocketAddr = told["client"].as_str().unwrap().parse().unwrap();
    assert!(client.ip().is_loopback() && client.port() != 1);
    assert_eq!(told["scheme"], "ws");
}

#[actix_web::test]
async fn nobody_else_is_believed_or_even_heard() {
    for driver in DRIVERS {
        let foreign = || ProxyHeaders::trusting(["10.0.0.0/8".parse().unwrap()]);
        let address = start(driver, |server| server.proxy_headers(foreign()));
        let extra = format!("{FORWARDED}Forwarded: for=6.6.6.6\r\nDaphne-Root-Path: /evil\r\n");
        let told = told(address, "/ws/x/", &extra).await;
        assert!(
            told["client"].as_str().unwrap().starts_with("127."),
            "{driver:?}"
        );
        let scheme = if driver == Driver::Tls { "wss" } else { "ws" };
        assert_eq!(told["scheme"], scheme);
        assert_eq!(told["root_path"], "");
        for name in [
            "x-forwarded-for",
            "x-forwarded-proto",
            "forwarded",
            "daphne-root-path",
        ] {
            assert_eq!(header(&told, name), None, "{name}");
        }
        let (_, body) = fetched(address, "/", &extra).await;
        let scheme = if driver == Driver::Tls {
            "https"
        } else {
            "http"
        };
        assert!(body.starts_with(&format!("{scheme} 127.")), "{body}");
        assert!(body.ends_with(" 0"), "{body}");
    }
}

#[actix_web::test]
async fn without_proxies_their_headers_are_headers_as_any() {
    let told = told(
        start(Driver::OwnSocket, |server| server),
        "/ws/x/",
        FORWARDED,
    )
    .await;
    assert!(told["client"].as_str().unwrap().starts_with("127."));
    assert_eq!(told["scheme"], "ws");
    assert_eq!(header(&told, "x-forwarded-for"), Some("6.6.6.6, 192.0.2.7"));
}

#[actix_web::test]
async fn the_root_path_is_cut_off_and_a_trusted_proxy_knows_it_better() {
    for driver in DRIVERS {
        let address = start(driver, |server| server.root_path("/root"));
        let plain = told(address, "/root/ws/x/", "Daphne-Root-Path: /other\r\n").await;
        assert_eq!(plain["root_path"], "/root", "{driver:?}");
        assert_eq!(plain["path"], "/root/ws/x/");
        assert_eq!(plain["room"], "x");
        assert_eq!(header(&plain, "daphne-root-path"), None);

        let address = start(driver, |server| {
            server.root_path("/other").proxy_headers(local_proxies())
        });
        let proxied = told(address, "/root/ws/x/", "Daphne-Root-Path: /%72oot\r\n").await;
        assert_eq!(
            (&proxied["root_path"], &proxied["room"]),
            (&json!("/root"), &json!("x"))
        );
        assert_eq!(header(&proxied, "daphne-root-path"), None);
    }
}

#[actix_web::test]
async fn consumers_in_an_app_of_another_server_have_it_all_too() {
    let options = SocketOptions::new()
        .root_path("/root")
        .proxy_headers(local_proxies());
    let app = URLRouter::new().path("ws/<path:room>/", |_: &Scope| Tells);
    let (app, layer) = (app.into_endpoint(), Layer::in_memory());
    let server = actix_web::HttpServer::new(move || {
        let route = mounted(app.clone(), &layer, options.clone());
        App::new().service(web::resource("/root/ws/{tail:.*}").route(route))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .on_connect(channels::socket::on_connect);
    let server = server
        .bind_rustls_0_23((tls::ADDRESS, 0), tls::server())
        .unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    let told = told(address, "/root/ws/x/", "X-Forwarded-For: 192.0.2.7\r\n").await;
    assert_eq!(told["client"], "192.0.2.7:0");
    assert_eq!(told["server"], address.to_string());
    assert_eq!(
        (&told["scheme"], &told["room"]),
        (&json!("wss"), &json!("x"))
    );
}

/// A path for a socket that is gone with the test.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new(name: &str) -> Self {
        let file = format!("channels-{name}-{}.sock", std::process::id());
        Self(std::env::temp_dir().join(file))
    }

    async fn dial(&self) -> Client {
        Client::over(
            UnixStream::connect(&self.0)
                .await
                .expect("the server to listen"),
        )
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        // A test that failed early has made none.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[actix_web::test]
async fn a_unix_socket_carries_pages_and_consumers_without_addresses() {
    for driver in [Driver::OwnSocket, Driver::Mounted] {
        let path = SocketPath::new(&format!("{driver:?}"));
        let server = server(driver, SocketOptions::new()).proxy_headers(local_proxies());
        let server = server.bind_uds(&path.0).unwrap();
        assert!(server.addrs().is_empty());
        run(server);
        let plain = told_over(path.dial().await, "/ws/x/", "").await;
        assert_eq!(
            (&plain["client"], &plain["server"]),
            (&Value::Null, &Value::Null)
        );
        let proxied = told_over(path.dial().await, "/ws/x/", FORWARDED).await;
        assert_eq!(proxied["client"], "192.0.2.7:4711");
        let mut client = path.dial().await;
        let (status, _) = client.request("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(status, 200);
    }
}

#[actix_web::test]
async fn a_unix_socket_replaces_a_stale_one_and_nothing_else() {
    let path = SocketPath::new("stale");
    drop(std::os::unix::net::UnixListener::bind(&path.0).unwrap());
    assert!(path.0.exists(), "the premise: it is left behind");
    run(server(Driver::OwnSocket, SocketOptions::new())
        .bind_uds(&path.0)
        .unwrap());
    told_over(path.dial().await, "/ws/x/", "").await;

    let path = SocketPath::new("file");
    std::fs::write(&path.0, "precious").unwrap();
    let refused = server(Driver::OwnSocket, SocketOptions::new()).bind_uds(&path.0);
    assert!(refused.is_err());
    assert_eq!(std::fs::read_to_string(&path.0).unwrap(), "precious");
}

#[actix_web::test]
async fn all_ways_to_listen_may_be_combined() {
    let path = SocketPath::new("all");
    // As a descriptor that was inherited.
    let descriptor = std::os::fd::OwnedFd::from(TcpListener::bind(("127.0.0.1", 0)).unwrap());
    let server = server(Driver::OwnSocket, SocketOptions::new())
        .bind("127.0.0.1:0")
        .and_then(|server| server.bind_uds(&path.0))
        .and_then(|server| server.listen(TcpListener::from(descriptor)))
        .and_then(|server| server.bind_rustls_0_23((tls::ADDRESS, 0), tls::server()))
        .and_then(|server| server.bind(("::1", 0)))
        .unwrap();
    let addresses = server.addrs();
    assert_eq!(addresses.len(), 4);
    let handle = run(server);
    let mut clients = vec![path.dial().await];
    for address in addresses {
        clients.push(Client::dial(address).await);
    }
    for client in &mut clients {
        assert_eq!(client.handshake("/ws/x/", "").await.0, 101);
    }
    assert_eq!(handle.connections(), 5);
}

#[actix_web::test]
async fn tls_speaks_http_1_whatever_else_is_offered() {
    let address = start(Driver::Tls, |server| server);
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = tls::connect_offering(stream, &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let told = told_over(Client::over(stream), "/ws/x/", "").await;
    assert_eq!(told["scheme"], "wss");
    assert!(fetched(address, "/", "").await.1.starts_with("https 127."));
}

#[actix_web::test]
async fn a_peer_that_speaks_no_tls_disturbs_nobody() {
    let address = start(Driver::Tls, |server| server);
    let mut plain = Client::over(TcpStream::connect(address).await.unwrap());
    plain.send_raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    // An alert and the end.
    plain.rest_raw().await;
    assert_eq!(fetched(address, "/", "").await.0, 200);
}
