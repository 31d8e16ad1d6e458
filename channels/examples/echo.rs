//! The smallest complete consumer: echoes messages, at `ws://127.0.0.1:8002/`.
//!
//! `cargo run -p parlour-channels --example echo`

use channels::{
    Context, Frame, HandlerResult, Layer, Scope, Server, SocketOptions, URLRouter,
    WebsocketConsumer,
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
    let sockets = URLRouter::new().path("", |_: &Scope| Echo);
    Server::new()
        .websocket(sockets, &Layer::in_memory(), SocketOptions::new())
        .bind("127.0.0.1:8002")?
        .run()
        .await
}
