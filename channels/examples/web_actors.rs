//! A chat of actix-web-actors on its way to a consumer: both are in one room, at `/ws/actor/` and
//! `/ws/consumer/`, and receive each other's messages.
//!
//! `cargo run -p parlour-channels --features web-actors --example web_actors`

use std::net::SocketAddr;
use std::sync::Arc;

use actix::{Actor, ActorContext as _, StreamHandler};
use actix_web::{App, HttpRequest, HttpResponse, web};
use actix_web_actors::ws;
use channels::actor::subscribe;
use channels::layers::LayerMessage;
use channels::socket::mounted;
use channels::web_actors::send;
use channels::{
    Context, Frame, GroupName, HandlerResult, Layer, Scope, Server, SocketOptions, URLRouter,
    WebsocketConsumer,
};
use clap::Parser;

/// A page with both sockets.
const PAGE: &str = "<p><input autofocus onchange='actor.send(value); value=``'> to the actor
    <p><input onchange='consumer.send(value); value=``'> to the consumer
    <pre id=log></pre><script>
    const open = (path) => Object.assign(new WebSocket(path), {
        onmessage: ({ data }) => log.append(`${path} heard: ${data}\\n`),
    });
    const actor = open('/ws/actor/'), consumer = open('/ws/consumer/');</script>";

/// Serves one room on two kinds of sockets.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8003")]
    bind: SocketAddr,
}

fn tea() -> GroupName {
    GroupName::encode("tea")
}

/// The message of both to the group.
#[derive(serde::Serialize, serde::Deserialize)]
struct Said(String);

/// As it was, with three changes: `started` joins the group, messages of the client go to the
/// group, and messages of the group go to the client.
struct ChatActor(Layer);

impl Actor for ChatActor {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        subscribe(self, ctx, &self.0, [tea()]);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for ChatActor {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(ws::Message::Text(text)) => {
                let layer = self.0.clone();
                actix_web::rt::spawn(async move {
                    let sent = layer.group_send(&tea(), Said(text.to_string())).await;
                    if let Err(failure) = sent {
                        log::error!("not sent: {failure}");
                    }
                });
            }
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(_) => {}
            Err(_) => ctx.stop(),
        }
    }
}

impl StreamHandler<LayerMessage> for ChatActor {
    fn handle(&mut self, message: LayerMessage, ctx: &mut Self::Context) {
        match message.decode::<Said>() {
            Ok(said) => send(ctx, said.0.as_str()),
            Err(failure) => log::error!("not understood: {failure}"),
        }
    }
}

async fn start(
    request: HttpRequest,
    stream: web::Payload,
    layer: web::Data<Layer>,
) -> actix_web::Result<HttpResponse> {
    ws::start(ChatActor(Layer::clone(&layer)), &request, stream)
}

/// The same as a consumer. The framework handles pings, the Close and waiting frames.
struct ChatConsumer;

impl WebsocketConsumer for ChatConsumer {
    type Event = Said;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![tea()]
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let text = frame.as_text().unwrap_or_default().to_owned();
        ctx.group_send(&tea(), Said(text)).await?;
        Ok(())
    }

    async fn event(&mut self, said: Arc<Said>, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send(said.0.as_str())?)
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let Arguments { bind } = Arguments::parse();
    let layer = Layer::in_memory();
    let app = move || {
        let consumers = URLRouter::new().path("ws/consumer/", |_: &Scope| ChatConsumer);
        let consumers = mounted(consumers, &layer, SocketOptions::new());
        let page = || async { HttpResponse::Ok().content_type("text/html").body(PAGE) };
        App::new()
            .app_data(web::Data::new(layer.clone()))
            .route("/", web::get().to(page))
            .route("/ws/actor/", web::get().to(start))
            .route("/ws/consumer/", consumers)
    };
    Server::new().http(app).bind(bind)?.run().await
}
