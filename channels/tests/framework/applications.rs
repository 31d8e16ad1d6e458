//! The test kit itself: raw events in and out, and a server for one test.

use channels::testing::{
    AppInput, AppOutput, ApplicationCommunicator, HttpCommunicator, LiveServer, Missed,
};
use channels::{IntoEndpoint, Layer};

use crate::scripted::PATIENCE;
use crate::sockets::Client;

fn socket(path: &str) -> ApplicationCommunicator {
    let (client, _journal) = crate::scripted::client(path);
    ApplicationCommunicator::websocket(client).timeout(PATIENCE)
}

fn request(path: &str) -> ApplicationCommunicator {
    let (app, _journal) = crate::http::application();
    let client = HttpCommunicator::new(app, "POST", path);
    ApplicationCommunicator::http(client).timeout(PATIENCE)
}

fn part(body: &'static str, more_body: bool) -> AppInput {
    let body = body.into();
    AppInput::HttpRequest { body, more_body }
}

#[actix_web::test]
async fn the_events_of_a_socket_come_one_by_one() {
    let mut app = socket("/accept/");
    app.send_input(AppInput::WebsocketConnect).await.unwrap();
    let accepted = app.receive_output().await.unwrap();
    assert!(matches!(accepted, AppOutput::WebsocketAccept(_)));
    assert!(app.receive_nothing().await);
    let frame = AppInput::WebsocketReceive("hello".into());
    app.send_input(frame).await.unwrap();
    let sent = app.receive_output().await.unwrap();
    assert_eq!(sent, AppOutput::WebsocketSend("hello".into()));
    let goodbye = AppInput::WebsocketDisconnect(1000);
    app.send_input(goodbye.clone()).await.unwrap();
    app.wait().await.unwrap();
    assert!(matches!(app.send_input(goodbye).await, Err(Missed::Ended)));
}

#[actix_web::test]
async fn the_failure_of_an_application_is_told_to_the_test() {
    let mut app = socket("/accept/");
    app.send_input(AppInput::WebsocketConnect).await.unwrap();
    app.receive_output().await.unwrap();
    let frame = AppInput::WebsocketReceive("fail".into());
    app.send_input(frame).await.unwrap();
    let closed = app.receive_output().await.unwrap();
    assert!(matches!(
        closed,
        AppOutput::WebsocketClose { code: 1011, .. }
    ));
    let failure = app.wait().await;
    assert!(matches!(failure, Err(Missed::Closed { code: 1011, .. })));
}

#[actix_web::test]
async fn a_wait_in_vain_leaves_the_application_running() {
    let mut app = socket("/accept/");
    app.send_input(AppInput::WebsocketConnect).await.unwrap();
    app.receive_output().await.unwrap();
    let mut app = app.timeout(std::time::Duration::from_millis(10));
    assert!(matches!(
        app.receive_output().await,
        Err(Missed::Timeout(_))
    ));
    assert!(matches!(app.wait().await, Err(Missed::Timeout(_))));
    let mut app = app.timeout(PATIENCE);
    let frame = AppInput::WebsocketReceive("still here".into());
    app.send_input(frame).await.unwrap();
    let sent = app.receive_output().await.unwrap();
    assert_eq!(sent, AppOutput::WebsocketSend("still here".into()));
    app.stop();
    assert!(matches!(app.receive_output().await, Err(Missed::Ended)));
}

#[actix_web::test]
async fn a_denied_handshake_is_an_event_too() {
    let mut app = socket("/deny/");
    app.send_input(AppInput::WebsocketConnect).await.unwrap();
    let AppOutput::WebsocketDeny(denied) = app.receive_output().await.unwrap() else {
        panic!("the handshake was accepted");
    };
    assert_eq!(denied.status, 403);
    app.wait().await.unwrap();
}

#[actix_web::test]
async fn a_request_comes_in_parts_and_goes_out_in_parts() {
    let mut app = request("/echo/");
    app.send_input(part("te", true)).await.unwrap();
    assert!(app.receive_nothing().await, "the body is not whole");
    app.send_input(part("a", false)).await.unwrap();
    let start = app.receive_output().await.unwrap();
    assert!(matches!(
        start,
        AppOutput::HttpResponseStart { status: 201, .. }
    ));
    for (body, more_body) in [("tea", true), ("", false)] {
        let body = body.into();
        let expected = AppOutput::HttpResponseBody { body, more_body };
        assert_eq!(app.receive_output().await.unwrap(), expected);
    }
    app.wait().await.unwrap();
}

#[actix_web::test]
async fn a_client_of_an_open_response_may_go() {
    let mut app = request("/open/");
    app.send_input(part("", false)).await.unwrap();
    app.receive_output().await.unwrap();
    app.send_input(AppInput::HttpDisconnect).await.unwrap();
    app.wait().await.unwrap();
}

#[actix_web::test]
async fn a_test_sets_every_part_of_the_scope() {
    let (app, _journal) = crate::scripted::application();
    let address = "192.0.2.7:4711".parse().unwrap();
    let prefixed = move |scope: &channels::Scope| {
        assert_eq!(scope.client(), Some(address));
        scope.root_path() == "/site"
    };
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let noted = std::sync::Arc::clone(&seen);
    let app = app.wrap(Seen(move |scope: &channels::Scope| {
        noted.store(prefixed(scope), std::sync::atomic::Ordering::Relaxed);
    }));
    let client = channels::testing::WebsocketCommunicator::new(app, "/site/accept/");
    let mut client = client.scope(|scope| scope.client(Some(address)).root_path("/site"));
    client.connect().await.unwrap();
    assert!(seen.load(std::sync::atomic::Ordering::Relaxed));
}

/// Shows each scope to a function.
struct Seen<F>(F);

impl<F: Fn(&channels::Scope) + Send + Sync + 'static> channels::Middleware for Seen<F> {
    fn call<'a>(
        &'a self,
        scope: channels::Scope,
        next: channels::Next<'a>,
    ) -> futures_util::future::LocalBoxFuture<'a, Result<channels::Connecting, channels::Deny>>
    {
        (self.0)(&scope);
        Box::pin(next.run(scope))
    }
}

#[actix_web::test]
async fn an_event_of_another_protocol_is_refused() {
    let mut app = request("/echo/");
    app.send_input(AppInput::WebsocketConnect).await.unwrap();
    assert!(matches!(app.wait().await, Err(Missed::Input(_))));
}

#[actix_web::test]
async fn a_live_server_serves_both_protocols_and_stops_when_dropped() {
    let (sockets, _) = crate::scripted::application();
    let (requests, _) = crate::http::application();
    let app = channels::URLRouter::new()
        .path("", requests)
        .path("", sockets.into_endpoint());
    let server = LiveServer::start(app, &Layer::in_memory()).unwrap();
    let address = server.address();
    assert_eq!(server.url(), format!("http://{address}"));
    assert_eq!(server.ws_url(), format!("ws://{address}"));

    let mut socket = Client::dial(address).await;
    assert_eq!(socket.handshake("/accept/", "").await.0, 101);
    let mut page = Client::dial(address).await;
    let head = "POST /echo/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(page.request(head).await.0, 201);

    drop(server);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
