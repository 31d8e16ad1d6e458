//! The finished chat of the Channels tutorial: `/chat/`, `/chat/<room>/` and
//! `/ws/chat/<room>/`, with `{"message": ..}` both ways.
//!
//! `cargo run --release -p parlour-channels --example tutorial -- --bind 127.0.0.1:8001`

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{App, HttpResponse, web};
use channels::json::{Json, JsonConsumer, JsonContext};
use channels::socket::mounted;
use channels::{
    GroupName, HandlerResult, IntoEndpoint as _, Layer, Scope, Server, SocketOptions, URLRouter,
};
use clap::Parser;
use serde::{Deserialize, Serialize};

const SOCKET: &str = "ws/chat/<str:room_name>/";

struct ChatConsumer {
    room: GroupName,
}

/// The same with a handler for each message, for consumers that decide themselves what their client
/// gets: upstream's `chat_message`.
struct HandlingChatConsumer(ChatConsumer);

/// The message of the socket, in both directions.
#[derive(Serialize, Deserialize)]
struct ChatMessage {
    message: String,
}

/// The event of the layer.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum ChatEvent {
    #[serde(rename = "chat.message")]
    Message { message: String },
}

impl JsonConsumer for ChatConsumer {
    type Inbound = ChatMessage;
    type Outbound = ChatMessage;
    type Event = ChatEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.room.clone()]
    }

    async fn receive(&mut self, said: ChatMessage, ctx: &mut JsonContext<Self>) -> HandlerResult {
        ctx.group_send(&self.room, said.into_event()).await?;
        Ok(())
    }

    fn forward(event: &ChatEvent) -> Option<ChatMessage> {
        Some(event.to_message())
    }
}

impl JsonConsumer for HandlingChatConsumer {
    type Inbound = ChatMessage;
    type Outbound = ChatMessage;
    type Event = ChatEvent;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![self.0.room.clone()]
    }

    async fn receive(&mut self, said: ChatMessage, ctx: &mut JsonContext<Self>) -> HandlerResult {
        ctx.group_send(&self.0.room, said.into_event()).await?;
        Ok(())
    }

    async fn event(&mut self, event: Arc<ChatEvent>, ctx: &mut JsonContext<Self>) -> HandlerResult {
        ctx.emit(&event.to_message())
    }
}

impl ChatMessage {
    fn into_event(self) -> ChatEvent {
        ChatEvent::Message {
            message: self.message,
        }
    }
}

impl ChatEvent {
    fn to_message(&self) -> ChatMessage {
        let Self::Message { message } = self;
        ChatMessage {
            message: message.clone(),
        }
    }
}

fn sockets(handlers: bool) -> URLRouter {
    let router = URLRouter::new();
    if handlers {
        return router.path(SOCKET, |scope: &Scope| {
            Json(HandlingChatConsumer(ChatConsumer::new(scope)))
        });
    }
    router.path(SOCKET, |scope: &Scope| Json(ChatConsumer::new(scope)))
}

impl ChatConsumer {
    fn new(scope: &Scope) -> Self {
        let name: String = scope.param("room_name").unwrap_or_default();
        Self {
            room: GroupName::encode(&format!("chat_{name}")),
        }
    }
}

async fn index() -> HttpResponse {
    page(include_str!("tutorial/index.html"))
}

/// One page for all rooms: its script takes the room's name from the URL.
async fn room() -> HttpResponse {
    page(include_str!("tutorial/room.html"))
}

async fn to_index() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, "/chat/"))
        .finish()
}

fn pages(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(to_index))
        .route("/chat/", web::get().to(index))
        .route("/chat/{room}/", web::get().to(room));
}

fn page(html: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(html)
}

/// The finished chat of the Channels tutorial.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8001")]
    bind: SocketAddr,
    /// Threads that serve connections; as many as there are cores unless given.
    #[arg(long)]
    workers: Option<usize>,
    /// Serve sockets from a route of the App, not on sockets of their own.
    #[arg(long)]
    mounted: bool,
    /// Let a handler of each consumer send each message, not the layer by itself.
    #[arg(long)]
    handlers: bool,
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let arguments = Arguments::parse();
    let layer = Layer::in_memory();
    let sockets = sockets(arguments.handlers).into_endpoint();
    let options = SocketOptions::new();
    let mut server = Server::new().max_connections(usize::MAX);
    if let Some(number) = arguments.workers {
        server = server.workers(number);
    }
    let server = if arguments.mounted {
        server.http(move || {
            let route = mounted(sockets.clone(), &layer, options.clone());
            let socket = web::resource("/ws/{tail:.*}").route(route);
            App::new().configure(pages).service(socket)
        })
    } else {
        let server = server.websocket(sockets, &layer, options);
        server.http(|| App::new().configure(pages))
    };
    server.bind(arguments.bind)?.run().await
}
