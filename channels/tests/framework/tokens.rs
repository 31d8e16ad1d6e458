//! Clients without cookies: bearer tokens, tickets, and a token in the first frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use channels::auth::{
    AuthMiddleware, BearerMiddleware, FirstMessage, Revocations, TicketMiddleware, Tickets,
    TokenBackend,
};
use channels::routing::{Endpoint, Protocol};
use channels::sessions::{InMemorySessionStore, SessionMiddleware};
use channels::testing::WebsocketCommunicator;
use channels::{
    Accept, BoxError, CloseCode, Context, Deny, Disconnect, Error, Frame, GroupName, HandlerResult,
    IntoEndpoint as _, Layer, Scope, WebsocketConsumer,
};
use futures_util::future::BoxFuture;

use crate::scripted::{self, PATIENCE, Reader};
use crate::users::{User, said, user, users};

/// Knows one token, until it is switched off.
#[derive(Clone)]
struct Tokens(Arc<AtomicBool>);

fn tokens() -> Tokens {
    Tokens(Arc::new(AtomicBool::new(true)))
}

impl TokenBackend for Tokens {
    type User = User;

    fn authenticate<'a>(
        &'a self,
        token: &'a str,
        _: &'a Scope,
    ) -> BoxFuture<'a, Result<Option<User>, BoxError>> {
        let is_good = token == "robot-token" && self.0.load(Ordering::SeqCst);
        Box::pin(async move {
            match token {
                "hang" => std::future::pending().await,
                "fail" => Err("the secret table is gone".into()),
                "panic" => panic!("the backend panics"),
                _ => Ok(is_good.then(|| user("robot", ""))),
            }
        })
    }
}

/// Sends its user and the offered subprotocols; accepts as its query says.
struct Tells;

impl WebsocketConsumer for Tells {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        let mut accept = Accept::new();
        if let Some(chosen) = ctx.scope().query_string().strip_prefix("choose=") {
            accept = accept.subprotocol(chosen);
        }
        ctx.accept(accept)?;
        Ok(())
    }

    async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let name = ctx.user::<User>().map_or("nobody", |user| user.id);
        let offered = ctx.scope().subprotocols().join(",");
        Ok(ctx.send(format!("{name} {offered}"))?)
    }
}

fn tells() -> Endpoint {
    (|_: &Scope| Tells).into_endpoint()
}

fn client(app: &Endpoint, path: &str) -> WebsocketCommunicator {
    WebsocketCommunicator::new(app.clone(), path).timeout(PATIENCE)
}

fn challenge(headers: &[(String, String)]) -> &str {
    let header = headers.iter().find(|(name, _)| name == "www-authenticate");
    header.map_or("", |(_, value)| value)
}

#[actix_web::test]
async fn a_bearer_token_in_the_header_brings_its_user() {
    let app = tells().wrap(BearerMiddleware::new(tokens()));
    for header in ["Bearer robot-token", "bearer  robot-token"] {
        let mut client = client(&app, "/").header("authorization", header);
        let connected = client.connect().await.unwrap();
        assert_eq!(connected.subprotocol, None);
        assert_eq!(said(&mut client, "who").await, "robot ");
    }
}

#[actix_web::test]
async fn no_token_and_a_wrong_one_are_refused_with_401() {
    let app = tells().wrap(BearerMiddleware::new(tokens()));
    let long = format!("Bearer {}", "x".repeat(5000));
    let cases = [
        (None, "Bearer"),
        (Some("Basic cm9ib3Q6"), "Bearer"),
        (Some("Bearer"), "Bearer"),
        (Some("Bearer wrong"), r#"Bearer error="invalid_token""#),
        (
            Some("Bearer robot-token2"),
            r#"Bearer error="invalid_token""#,
        ),
        (Some(long.as_str()), r#"Bearer error="invalid_token""#),
    ];
    for (header, answer) in cases {
        let mut client = client(&app, "/");
        if let Some(header) = header {
            client = client.header("authorization", header);
        }
        let denied = client.connect().await.unwrap_err();
        assert_eq!((denied.status, challenge(&denied.headers)), (401, answer));
    }
}

#[actix_web::test]
async fn a_token_can_be_optional_and_a_wrong_one_is_refused_still() {
    let app = tells().wrap(BearerMiddleware::new(tokens()).optional(true));
    let mut stranger = client(&app, "/");
    stranger.connect().await.unwrap();
    assert_eq!(said(&mut stranger, "who").await, "nobody ");
    let mut wrong = client(&app, "/").header("authorization", "Bearer wrong");
    assert_eq!(wrong.connect().await.unwrap_err().status, 401);
}

fn offering(app: &Endpoint, path: &str, offered: &[&str]) -> WebsocketCommunicator {
    let offer = |client: WebsocketCommunicator, name: &&str| client.subprotocol(name);
    offered.iter().fold(client(app, path), offer)
}

#[actix_web::test]
async fn a_token_among_the_subprotocols_is_used_and_never_echoed() {
    let app = tells().wrap(BearerMiddleware::new(tokens()).subprotocol(true));
    let mut plain = offering(&app, "/", &["bearer", "robot-token"]);
    let connected = plain.connect().await.unwrap();
    assert_eq!(connected.subprotocol.as_deref(), Some("bearer"));
    assert_eq!(said(&mut plain, "who").await, "robot bearer");

    let offered = ["chat.v1", "bearer", "robot-token", "chat.v2"];
    let mut choosing = offering(&app, "/?choose=chat.v2", &offered);
    let connected = choosing.connect().await.unwrap();
    assert_eq!(connected.subprotocol.as_deref(), Some("chat.v2"));
    assert_eq!(
        said(&mut choosing, "who").await,
        "robot chat.v1,bearer,chat.v2"
    );

    let both = offering(&app, "/?choose=robot-token", &["bearer", "robot-token"]);
    let mut both = both.header("authorization", "Bearer robot-token");
    assert_eq!(both.connect().await.unwrap_err().status, 500);

    let mut echoing = offering(&app, "/?choose=robot-token", &["bearer", "robot-token"]);
    assert_eq!(echoing.connect().await.unwrap_err().status, 500);
}

#[actix_web::test]
async fn subprotocols_carry_tokens_only_where_that_is_wanted() {
    let wanted = tells().wrap(BearerMiddleware::new(tokens()).subprotocol(true));
    let unwanted = tells().wrap(BearerMiddleware::new(tokens()));
    let cases: [(_, &[_]); 4] = [
        (&wanted, &["bearer"]),
        (&wanted, &["bearer", "wrong"]),
        (&wanted, &["robot-token"]),
        (&unwanted, &["bearer", "robot-token"]),
    ];
    for (app, offered) in cases {
        let denied = offering(app, "/", offered).connect().await.unwrap_err();
        assert_eq!(denied.status, 401, "{offered:?}");
    }
}

#[actix_web::test]
async fn the_user_of_a_token_counts_inside_and_outside_of_an_auth_middleware() {
    let sessions = || SessionMiddleware::new(InMemorySessionStore::new());
    let bearer = || BearerMiddleware::new(tokens());
    let inside = tells()
        .wrap(bearer())
        .wrap(AuthMiddleware::new(users()))
        .wrap(sessions());
    let outside = tells()
        .wrap(AuthMiddleware::new(users()))
        .wrap(sessions())
        .wrap(bearer());
    for app in [inside, outside] {
        let mut client = client(&app, "/").header("authorization", "Bearer robot-token");
        client.connect().await.unwrap();
        assert_eq!(said(&mut client, "who").await, "robot ");
    }
}

#[actix_web::test]
async fn sockets_of_tokens_can_be_revoked_by_their_user() {
    let revocations = Revocations::new(&Layer::in_memory());
    let app = tells().wrap(BearerMiddleware::new(tokens()).revocations(&revocations));
    let mut client = client(&app, "/").header("authorization", "Bearer robot-token");
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "robot ");
    assert_eq!(revocations.user("robot").await.unwrap().delivered, 1);
    assert_eq!(client.expect_close().await.unwrap().0, 4401);
}

#[actix_web::test]
async fn a_backend_that_fails_denies_with_500_and_keeps_its_cause_secret() {
    let app = tells().wrap(BearerMiddleware::new(tokens()));
    let mut client = client(&app, "/").header("authorization", "Bearer fail");
    let denied = client.connect().await.unwrap_err();
    assert_eq!(denied.status, 500);
    assert!(!format!("{denied:?}").contains("secret"));
}

#[actix_web::test]
async fn a_ticket_opens_one_socket() {
    let tickets = Tickets::new();
    let app = tells().wrap(TicketMiddleware::new(&tickets));
    let ticket = tickets.issue(user("alice", "")).unwrap();
    let path = format!("/?a=1&ticket={ticket}");
    let mut first = client(&app, &path);
    first.connect().await.unwrap();
    assert_eq!(said(&mut first, "who").await, "alice ");
    for path in [path.as_str(), "/?ticket=", "/?ticket=wrong", "/"] {
        assert_eq!(
            client(&app, path).connect().await.unwrap_err().status,
            401,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn tickets_may_have_another_name_or_be_missing() {
    let tickets = Tickets::new();
    let middleware = TicketMiddleware::new(&tickets)
        .parameter("t")
        .optional(true);
    let app = tells().wrap(middleware);
    let ticket = tickets.issue(user("alice", "")).unwrap();
    for (path, name) in [
        (format!("/?t={ticket}"), "alice "),
        ("/".to_owned(), "nobody "),
    ] {
        let mut client = client(&app, &path);
        client.connect().await.unwrap();
        assert_eq!(said(&mut client, "who").await, name);
    }
    assert_eq!(
        client(&app, "/?t=wrong")
            .connect()
            .await
            .unwrap_err()
            .status,
        401
    );
}

#[tokio::test(start_paused = true)]
async fn tickets_get_old_and_make_room() {
    let tickets = Tickets::new().ttl(Duration::from_secs(5)).capacity(1);
    let ticket = tickets.issue("alice").unwrap();
    assert_eq!(ticket.len(), 43);
    assert_eq!(tickets.issue("bob").unwrap_err().0, 1);
    tokio::time::advance(Duration::from_secs(5)).await;
    let next = tickets.clone().issue("bob").unwrap();
    assert_ne!(ticket, next);
    assert_eq!(tickets.redeem(&ticket), None);
    tokio::time::advance(Duration::from_millis(4999)).await;
    assert_eq!(tickets.redeem(&next), Some("bob"));
    assert_eq!(tickets.redeem(&next), None);
}

fn gated() -> (Endpoint, Reader) {
    let (app, journal) = scripted::application();
    (app.wrap(FirstMessage::new(tokens())), journal)
}

const GOOD: &str = r#"{"token": "robot-token"}"#;

#[actix_web::test]
async fn the_first_frame_signs_in_and_the_consumer_gets_all_others() {
    let app = tells().wrap(FirstMessage::new(tokens()));
    let mut client = client(&app, "/");
    client.connect().await.unwrap();
    client.send_to(GOOD).unwrap();
    assert_eq!(said(&mut client, "who").await, "robot ");
}

#[actix_web::test]
async fn the_consumer_is_made_and_connects_after_its_client_has_signed_in() {
    let (app, mut journal) = gated();
    let mut client = client(&app, "/wait/");
    client.connect().await.unwrap();
    assert!(journal.is_empty());
    client.send_to(GOOD).unwrap();
    assert_eq!(journal.next().await, "waiting");
    assert_eq!(said(&mut client, "hello").await, "hello");
    client.disconnect(1000).await.unwrap();
    drop((client, app));
    let rest = journal.rest().await;
    assert_eq!(
        rest,
        [r#"disconnect Some(1000) "" Client, in 0 groups"#, "dropped"]
    );
}

#[actix_web::test]
async fn whatever_else_comes_first_closes_with_4401() {
    for frame in [
        Frame::from("hello"),
        Frame::from(r#"{"token": "wrong"}"#),
        Frame::from(r#"{"token": 7}"#),
        Frame::from(""),
        Frame::from(GOOD.as_bytes().to_vec()),
    ] {
        let (app, journal) = gated();
        let mut client = client(&app, "/accept/");
        client.connect().await.unwrap();
        client.send_to(frame).unwrap();
        // What follows is not a second chance.
        client.send_to(GOOD).unwrap();
        assert_eq!(
            client.expect_close().await.unwrap(),
            (4401, "not signed in".to_owned())
        );
        client.wait().await.unwrap();
        drop((client, app));
        assert!(journal.rest().await.is_empty(), "no consumer was made");
    }
}

#[actix_web::test]
async fn a_client_that_says_nothing_is_closed_in_time() {
    let code = CloseCode::app(4408).unwrap();
    let gate = FirstMessage::new(tokens())
        .timeout(Duration::from_millis(20))
        .code(code);
    let mut client = client(&tells().wrap(gate), "/");
    client.connect().await.unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 4408);
}

#[actix_web::test]
async fn a_client_that_has_signed_in_may_be_silent() {
    let gate = FirstMessage::new(tokens()).timeout(Duration::from_millis(20));
    let mut client = client(&tells().wrap(gate), "/");
    client.connect().await.unwrap();
    client.send_to(GOOD).unwrap();
    assert!(client.receive_nothing().await);
    assert_eq!(said(&mut client, "who").await, "robot ");
}

#[actix_web::test]
async fn a_backend_that_takes_too_long_or_fails_closes_too() {
    for (token, code) in [("hang", 4401), ("fail", 1011), ("panic", 1011)] {
        let gate = FirstMessage::new(tokens()).timeout(Duration::from_millis(50));
        let mut client = client(&tells().wrap(gate), "/");
        client.connect().await.unwrap();
        client
            .send_json_to(&serde_json::json!({ "token": token }))
            .unwrap();
        assert_eq!(client.expect_close().await.unwrap().0, code, "{token}");
    }
}

#[actix_web::test]
async fn a_refusal_in_connect_is_a_close_then() {
    for (path, code) in [
        ("/deny/", 1008),
        ("/silent/", 1008),
        ("/banned/", 4001),
        ("/broken/", 1011),
        ("/panic/", 1011),
        ("/closing/", 4002),
    ] {
        let (app, journal) = gated();
        let mut client = client(&app, path);
        client.connect().await.unwrap();
        client.send_to(GOOD).unwrap();
        assert_eq!(client.expect_close().await.unwrap().0, code, "{path}");
        client.wait().await.unwrap();
        drop((client, app));
        let rest = journal.rest().await;
        assert!(rest[0].starts_with("disconnect"), "{path}: {rest:?}");
    }
}

#[actix_web::test]
async fn groups_work_behind_the_gate_and_nothing_is_heard_before() {
    let (app, _journal) = gated();
    let layer = Layer::in_memory();
    let group = GroupName::new("tea").unwrap();
    let mut client = client(&app, "/accept/?group=tea").layer(&layer);
    client.connect().await.unwrap();
    assert_eq!(layer.group(&group).count().await.unwrap(), 0);
    client.send_to(GOOD).unwrap();
    assert_eq!(said(&mut client, "hello").await, "hello");
    let report = layer
        .group_send(&group, scripted::message("green"))
        .await
        .unwrap();
    assert_eq!(report.delivered, 1);
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("heard green")
    );
    assert_eq!(said(&mut client, "later x").await, "fired x", "timers too");
}

#[actix_web::test]
async fn the_gate_chooses_a_subprotocol_and_reads_as_it_is_told() {
    let read = |frame: &Frame| frame.as_text().map(str::to_owned);
    let gate = || FirstMessage::new(tokens()).subprotocol("chat").read(read);
    let app = tells().wrap(gate());
    let mut offered = offering(&app, "/", &["other", "chat"]);
    let connected = offered.connect().await.unwrap();
    assert_eq!(connected.subprotocol.as_deref(), Some("chat"));
    offered.send_to("robot-token").unwrap();
    assert_eq!(said(&mut offered, "who").await, "robot other,chat");
    let connected = client(&app, "/").connect().await.unwrap();
    assert_eq!(connected.subprotocol, None);
}

/// Accepts twice.
struct Twice;

impl WebsocketConsumer for Twice {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.accept(Accept::new())?;
        let again = ctx.accept(Accept::new());
        ctx.send(format!("{}", matches!(again, Err(Error::AlreadyAnswered))))?;
        Ok(())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn disconnect(&mut self, _: Disconnect, _: &mut Context<Self>) {}
}

#[actix_web::test]
async fn the_consumer_may_accept_once_behind_the_gate() {
    let app = (|_: &Scope| Twice).wrap(FirstMessage::new(tokens()));
    let mut client = client(&app, "/");
    client.connect().await.unwrap();
    client.send_to(GOOD).unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("true"));
}

#[actix_web::test]
async fn what_has_no_frames_cannot_sign_in_by_one() {
    let app = tells().wrap(FirstMessage::new(tokens()));
    let scope = Scope::builder("/").protocol(Protocol::Http).build();
    let denied = app.call(scope).await.expect_err("a request is refused");
    assert_eq!(denied.status_code(), 401);
}
