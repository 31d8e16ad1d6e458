//! An actor of actix-web-actors in a group with a consumer.

use std::sync::Arc;

use actix::{Actor, ActorContext as _, StreamHandler};
use actix_web::{App, HttpRequest, web};
use actix_web_actors::ws;
use channels::actor::subscribe;
use channels::layers::LayerMessage;
use channels::socket::mounted;
use channels::web_actors::{close, send};
use channels::{
    CloseCode, Context, Frame, GroupName, HandlerResult, Layer, Scope, Server, SocketOptions,
    URLRouter, WebsocketConsumer,
};

use crate::scripted::{Event, group, message};
use crate::sockets::Client;

struct ChatActor(Layer);

impl Actor for ChatActor {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        subscribe(self, ctx, &self.0, [group("tea")]);
        send(ctx, "joining");
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for ChatActor {
    fn handle(&mut self, heard: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        let Ok(frame) = heard
            .map_err(drop)
            .and_then(|heard| Frame::try_from(heard).map_err(drop))
        else {
            ctx.stop();
            return;
        };
        let layer = self.0.clone();
        let text = frame.as_text().unwrap_or_default().to_owned();
        actix_web::rt::spawn(async move { layer.group_send(&group("tea"), message(text)).await });
    }
}

impl StreamHandler<LayerMessage> for ChatActor {
    fn handle(&mut self, heard: LayerMessage, ctx: &mut Self::Context) {
        match heard.decode::<Event>().as_deref() {
            Ok(Event::Message { text }) if text == "close" => {
                close(ctx, CloseCode::POLICY, "told to");
            }
            Ok(Event::Message { text }) => send(ctx, format!("actor heard {text}")),
            _ => ctx.stop(),
        }
    }
}

struct ChatConsumer;

impl WebsocketConsumer for ChatConsumer {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("tea")]
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let text = frame.as_text().unwrap_or_default().to_owned();
        ctx.group_send(&group("tea"), message(text)).await?;
        Ok(())
    }

    async fn event(&mut self, heard: Arc<Event>, ctx: &mut Context<Self>) -> HandlerResult {
        if let Event::Message { text } = &*heard {
            ctx.send(format!("consumer heard {text}"))?;
        }
        Ok(())
    }
}

async fn start(
    request: HttpRequest,
    stream: web::Payload,
    layer: web::Data<Layer>,
) -> actix_web::Result<actix_web::HttpResponse> {
    ws::start(ChatActor(Layer::clone(&layer)), &request, stream)
}

#[actix_web::test]
async fn an_actor_of_actix_web_actors_hears_and_speaks_in_a_group_and_leaves_it() {
    let layer = Layer::in_memory();
    let in_app = layer.clone();
    let app = move || {
        let consumers = URLRouter::new().path("ws/consumer/", |_: &Scope| ChatConsumer);
        let consumers = mounted(consumers, &in_app, SocketOptions::new());
        App::new()
            .app_data(web::Data::new(in_app.clone()))
            .route("/ws/actor/", web::get().to(start))
            .route("/ws/consumer/", consumers)
    };
    let server = Server::new().workers(1).disable_signals().http(app);
    let server = server.bind(("127.0.0.1", 0)).expect("a free port");
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);

    let mut actor = Client::dial(address).await;
    assert_eq!(actor.handshake("/ws/actor/", "").await.0, 101);
    let mut consumer = Client::dial(address).await;
    assert_eq!(consumer.handshake("/ws/consumer/", "").await.0, 101);
    assert_eq!(actor.receive_text().await, "joining");

    for (speaker, text) in [(0, "from the actor"), (1, "from the consumer")] {
        let clients = [&mut actor, &mut consumer];
        clients.into_iter().nth(speaker).unwrap().text(text).await;
        assert_eq!(actor.receive_text().await, format!("actor heard {text}"));
        assert_eq!(
            consumer.receive_text().await,
            format!("consumer heard {text}")
        );
    }

    let report = layer.group_send(&group("tea"), message("close")).await;
    assert_eq!(report.expect("a layer that sends").delivered, 2);
    let (kind, payload) = actor.receive().await.expect("a Close");
    assert_eq!((kind, &payload[..2]), (0x88, &1008_u16.to_be_bytes()[..]));
    drop(actor);
    // The member leaves when its actor has ended.
    loop {
        let left = layer.group(&group("tea")).count().await.unwrap();
        if left == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    handle.stop(false).await;
}
