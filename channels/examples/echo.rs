//! The smallest consumer that runs: sends back what it gets, on `ws://127.0.0.1:8001/ws/echo/`.

use actix_web::{App, HttpServer, web};
use channels::socket::{SocketOptions, mounted, on_connect};
use channels::{
    Context, Frame, HandlerResult, IntoEndpoint as _, Layer, Scope, URLRouter, WebsocketConsumer,
};

struct Echo;

impl WebsocketConsumer for Echo {
    type Event = ();

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send(frame)?)
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let layer = Layer::in_memory();
    let sockets = URLRouter::new()
        .path("ws/echo/", |_: &Scope| Echo)
        .into_endpoint();
    HttpServer::new(move || {
        let route = mounted(sockets.clone(), &layer, SocketOptions::new());
        App::new().service(web::resource("/ws/{tail:.*}").route(route))
    })
    .on_connect(on_connect)
    .bind("127.0.0.1:8001")?
    .run()
    .await
}
