//! Users over real sockets: cookies on the answer, revocation, tokens, on both drivers.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::{App, web};
use channels::auth::{
    AuthMiddleware, AuthStack, BearerMiddleware, FirstMessage, Revocations, TicketMiddleware,
    Tickets,
};
use channels::routing::Endpoint;
use channels::server::ServerHandle;
use channels::sessions::{SessionKey, SessionMiddleware};
use channels::socket::mounted;
use channels::{IntoEndpoint as _, Layer, Server, SocketOptions, URLRouter};

use crate::sockets::{Client, Driver};
use crate::users::{Store, User, desk, user, users};

const DRIVERS: [Driver; 2] = [Driver::OwnSocket, Driver::Mounted];

fn start(driver: Driver, app: Endpoint) -> (SocketAddr, ServerHandle) {
    let layer = Layer::in_memory();
    let server = Server::new().workers(1).disable_signals();
    let server = match driver {
        Driver::Mounted => server.http(move || {
            let route = mounted(app.clone(), &layer, SocketOptions::new());
            App::new().service(web::resource("/ws/{tail:.*}").route(route))
        }),
        Driver::OwnSocket | Driver::Tls | Driver::TwoProcesses => {
            server.websocket(app, &layer, SocketOptions::new())
        }
    };
    let server = server.bind(("127.0.0.1", 0)).expect("a free port");
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    (address, handle)
}

#[actix_web::test]
async fn a_login_in_connect_is_a_cookie_and_a_revocation_is_a_close() {
    for driver in DRIVERS {
        let (store, users) = (Store::default(), users());
        let revocations = Revocations::new(&Layer::in_memory());
        let auth = AuthMiddleware::<User>::new(users.clone()).revocations(&revocations);
        let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&store)), auth);
        let app = URLRouter::new().path("ws/", desk(&users)).wrap(stack);
        let (address, handle) = start(driver, app);

        let mut first = Client::dial(address).await;
        let (status, headers) = first.handshake("/ws/?login+alice", "").await;
        assert_eq!(status, 101, "{driver:?}");
        let cookie = headers["set-cookie"].split(';').next().unwrap();
        let key = SessionKey::parse(cookie.strip_prefix("sessionid=").unwrap()).unwrap();
        let mut second = Client::dial(address).await;
        let (status, headers) = second
            .handshake("/ws/", &format!("Cookie: {cookie}\r\n"))
            .await;
        assert_eq!((status, headers.get("set-cookie")), (101, None));
        second.text("who").await;
        assert_eq!(second.receive_text().await, "alice");

        assert_eq!(revocations.session(&key).await.unwrap().delivered, 2);
        assert_eq!(first.expect_close().await, Some(4401));
        assert_eq!(second.expect_close().await, Some(4401));
        handle.stop(false).await;
    }
}

/// The token that is a ticket here.
struct Once(Tickets<User>);

impl channels::auth::TokenBackend for Once {
    type User = User;

    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        _: &'a channels::Scope,
    ) -> futures_util::future::BoxFuture<'a, Result<Option<User>, channels::BoxError>> {
        let user = self.0.redeem(token);
        Box::pin(async move { Ok(user) })
    }
}

#[actix_web::test]
async fn tokens_arrive_in_every_way() {
    for driver in DRIVERS {
        let tickets = Tickets::new();
        let ticket = || tickets.issue(user("alice", "")).unwrap();
        let once = || Once(tickets.clone());
        let bearer = BearerMiddleware::new(once()).subprotocol(true);
        let app = URLRouter::new()
            .path("ws/bearer/", desk(&users()).wrap(bearer))
            .path(
                "ws/ticket/",
                desk(&users()).wrap(TicketMiddleware::new(&tickets)),
            )
            .path("ws/first/", desk(&users()).wrap(FirstMessage::new(once())));
        let (address, handle) = start(driver, app.into_endpoint());
        let (header, offer) = ("Authorization: Bearer", "Sec-WebSocket-Protocol: bearer,");
        let ways = [
            (
                "/ws/bearer/".to_owned(),
                format!("{header} {}\r\n", ticket()),
                None,
            ),
            (
                "/ws/bearer/".to_owned(),
                format!("{offer} {}\r\n", ticket()),
                Some("bearer"),
            ),
            (
                format!("/ws/ticket/?ticket={}", ticket()),
                String::new(),
                None,
            ),
            ("/ws/first/".to_owned(), String::new(), None),
        ];
        for (path, extra, subprotocol) in ways {
            let mut client = Client::dial(address).await;
            let (status, headers) = client.handshake(&path, &extra).await;
            assert_eq!(status, 101, "{driver:?} {path}");
            let chosen = headers.get("sec-websocket-protocol");
            assert_eq!(chosen.map(String::as_str), subprotocol);
            if path == "/ws/first/" {
                let token = serde_json::json!({ "token": ticket() });
                client.text(&token.to_string()).await;
            }
            client.text("who").await;
            assert_eq!(client.receive_text().await, "alice", "{driver:?} {path}");
        }
        let mut nobody = Client::dial(address).await;
        assert_eq!(nobody.handshake("/ws/bearer/", "").await.0, 401);
        handle.stop(false).await;
    }
}
