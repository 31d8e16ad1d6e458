//! The finished chat of the Channels tutorial: `/chat/`, `/chat/<room>/` and
//! `/ws/chat/<room>/`, with `{"message": ..}` both ways.
//!
//! `cargo run --release -p parlour-channels --example tutorial -- --bind 127.0.0.1:8001`

use std::sync::Arc;

use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{App, HttpResponse, HttpServer, web};
use channels::socket::{SocketOptions, mounted, on_connect};
use channels::{
    GroupName, HandlerResult, IntoEndpoint as _, Json, JsonConsumer, JsonContext, Layer, Scope,
    URLRouter,
};
use serde::{Deserialize, Serialize};

struct ChatConsumer {
    room: GroupName,
}

/// What crosses the socket, both ways.
#[derive(Serialize, Deserialize)]
struct ChatMessage {
    message: String,
}

/// What crosses the layer.
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
        let event = ChatEvent::Message {
            message: said.message,
        };
        ctx.group_send(&self.room, event).await?;
        Ok(())
    }

    async fn event(&mut self, event: Arc<ChatEvent>, ctx: &mut JsonContext<Self>) -> HandlerResult {
        let ChatEvent::Message { message } = &*event;
        ctx.emit(&ChatMessage {
            message: message.clone(),
        })
    }
}

fn sockets() -> URLRouter {
    URLRouter::new().path("ws/chat/<str:room_name>/", |scope: &Scope| {
        let name: String = scope.param("room_name").unwrap_or_default();
        Json(ChatConsumer {
            room: GroupName::encode(&format!("chat_{name}")),
        })
    })
}

async fn index() -> HttpResponse {
    page(include_str!("tutorial/index.html"))
}

/// One page for all rooms: its script takes the room's name from its own address.
async fn room() -> HttpResponse {
    page(include_str!("tutorial/room.html"))
}

async fn to_index() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, "/chat/"))
        .finish()
}

fn page(html: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(html)
}

struct Arguments {
    bind: String,
    workers: usize,
}

impl Arguments {
    fn read() -> Result<Self, String> {
        let mut arguments = Self {
            bind: "127.0.0.1:8001".to_owned(),
            workers: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} needs a value"))?;
            match word.as_str() {
                "--bind" => arguments.bind = value,
                "--workers" => {
                    let number = value.parse().ok().filter(|number| *number > 0);
                    arguments.workers = number.ok_or("--workers takes a number from 1 on")?;
                }
                _ => return Err(format!("{word} is unknown; there are --bind and --workers")),
            }
        }
        Ok(arguments)
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let Arguments { bind, workers } = Arguments::read().map_err(std::io::Error::other)?;
    let layer = Layer::in_memory();
    let sockets = sockets().into_endpoint();
    HttpServer::new(move || {
        let route = mounted(sockets.clone(), &layer, SocketOptions::new());
        App::new()
            .route("/", web::get().to(to_index))
            .route("/chat/", web::get().to(index))
            .route("/chat/{room}/", web::get().to(room))
            .service(web::resource("/ws/{tail:.*}").route(route))
    })
    .workers(workers)
    .max_connections(usize::MAX)
    .on_connect(on_connect)
    .bind(bind)?
    .run()
    .await
}
