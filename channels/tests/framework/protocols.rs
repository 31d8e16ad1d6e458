//! Routing by kind of connection and by channel.

use std::sync::Arc;

use channels::layers::DynEvent;
use channels::routing::{ChannelNameRouter, Protocol};
use channels::sessions::CookieMiddleware;
use channels::testing::WebsocketCommunicator;
use channels::worker::{Work, WorkerConsumer, WorkerContext};
use channels::{
    ChannelName, Connecting, Context, Deny, Frame, HandlerResult, IntoEndpoint, ProtocolTypeRouter,
    Scope, URLRouter, WebsocketConsumer,
};

use crate::scripted::PATIENCE;

struct Named(&'static str);

impl WebsocketConsumer for Named {
    type Event = ();

    async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send(self.0)?)
    }
}

impl WorkerConsumer for Named {
    type Event = DynEvent;

    async fn event(&mut self, _: Arc<DynEvent>, _: &mut WorkerContext<Self>) -> HandlerResult {
        Ok(())
    }
}

fn named(name: &'static str) -> impl Fn(&Scope) -> Named + Send + Sync + 'static {
    move |_| Named(name)
}

/// Which consumer a path leads to; none for 404.
async fn found(app: impl IntoEndpoint, path: &str) -> Option<String> {
    let mut client = WebsocketCommunicator::new(app, path).timeout(PATIENCE);
    match client.connect().await {
        Ok(_) => {
            client.send_to("who?").expect("an open connection");
            let name = client.receive_from().await.expect("a name");
            name.as_text().map(str::to_owned)
        }
        Err(denied) => {
            assert_eq!(denied.status, 404);
            None
        }
    }
}

async fn call(app: impl IntoEndpoint, scope: Scope) -> Result<Connecting, Deny> {
    app.into_endpoint().call(scope).await
}

fn of_channel(name: &str) -> Scope {
    let name = ChannelName::new(name).expect("test channels have valid names");
    Scope::builder("").channel(name).build()
}

#[actix_web::test]
async fn each_protocol_has_its_application_and_no_other_is_asked() {
    let app = || {
        ProtocolTypeRouter::new()
            .websocket(named("socket"))
            .channel(|_: &Scope| Work(Named("task")))
    };
    assert_eq!(found(app(), "/").await.as_deref(), Some("socket"));
    let task = call(app(), of_channel("task")).await.unwrap();
    assert_eq!(task.scope().protocol(), Protocol::Channel);
    let request = Scope::builder("/").protocol(Protocol::Http).build();
    let unrouted = call(app(), request).await.unwrap_err();
    assert_eq!(unrouted.status_code(), 404);
    assert_eq!(found(ProtocolTypeRouter::new(), "/").await, None);
}

#[actix_web::test]
async fn an_application_of_another_protocol_is_no_application() {
    let mixed_up = ProtocolTypeRouter::new().channel(named("socket"));
    let refused = call(mixed_up, of_channel("task")).await;
    assert_eq!(refused.unwrap_err().status_code(), 404);
}

#[actix_web::test]
async fn routers_of_protocols_and_paths_nest_in_each_other_also_through_middleware() {
    let inner = || {
        let rooms = URLRouter::new().path("rooms/", named("rooms"));
        let rooms = rooms.path("", named("lobby")).wrap(CookieMiddleware);
        ProtocolTypeRouter::new()
            .websocket(rooms)
            .http(named("never asked"))
            .wrap(CookieMiddleware)
    };
    let app = || {
        let routes = URLRouter::new().path("ws/", inner());
        let routes = routes.path("ws/after/", named("after"));
        ProtocolTypeRouter::new().websocket(routes.wrap(CookieMiddleware))
    };
    for (path, expected) in [
        ("/ws/rooms/", Some("rooms")),
        ("/ws/", Some("lobby")),
        ("/ws/after/", Some("after")),
        ("/ws/rooms/x", None),
        ("/rooms/", None),
    ] {
        assert_eq!(found(app(), path).await.as_deref(), expected, "{path}");
    }
}

#[actix_web::test]
async fn a_consumer_beside_a_nested_router_takes_the_whole_path_only() {
    let app = || {
        let by_protocol = ProtocolTypeRouter::new().websocket(named("socket"));
        let by_protocol = by_protocol.http(URLRouter::new());
        URLRouter::new().path("ws/", by_protocol)
    };
    assert_eq!(found(app(), "/ws/").await.as_deref(), Some("socket"));
    assert_eq!(found(app(), "/ws/more/").await, None);
}

#[actix_web::test]
async fn a_channel_leads_to_its_consumer_and_an_unknown_one_nowhere() {
    let app = || {
        ChannelNameRouter::new()
            .channel("mails", |_: &Scope| Work(Named("mails")))
            .channel(
                "images",
                (|_: &Scope| Work(Named("images"))).wrap(CookieMiddleware),
            )
    };
    let names: Vec<String> = app().channels().map(ToString::to_string).collect();
    assert_eq!(names, ["images", "mails"]);
    for name in names {
        let found = call(app(), of_channel(&name)).await.unwrap();
        assert_eq!(found.scope().channel().unwrap().as_str(), name);
        assert_eq!(found.scope().protocol(), Protocol::Channel);
        assert_eq!(found.scope().scheme(), "");
    }
    let unknown = call(app(), of_channel("others")).await;
    assert_eq!(unknown.unwrap_err().status_code(), 404);
    let socket = Scope::builder("/mails").build();
    assert!(socket.channel().is_none());
    assert!(call(app(), socket).await.is_err());
}

#[test]
#[should_panic(expected = "two consumers")]
fn a_channel_has_one_consumer() {
    let router = ChannelNameRouter::new().channel("mails", |_: &Scope| Work(Named("a")));
    let _ = router.channel("mails", |_: &Scope| Work(Named("b")));
}

#[test]
#[should_panic(expected = "not valid")]
fn a_channel_has_a_valid_name() {
    let _ = ChannelNameRouter::new().channel("e mails", |_: &Scope| Work(Named("a")));
}
