//! The server of `scripts/conformance`: echoes messages of any size at `/`, with either driver and
//! with compression. To read, see `echo.rs`.
//!
//! `cargo run --release -p parlour-channels --example conformance -- --bind 127.0.0.1:8002`

use std::net::SocketAddr;

use actix_web::{App, web};
use channels::socket::{Deflate, mounted};
use channels::{
    Accept, Context, Deny, Frame, HandlerResult, IntoEndpoint as _, Layer, Scope, Server,
    SocketOptions, URLRouter, WebsocketConsumer,
};
use clap::Parser;

const SUBPROTOCOL: &str = "echo";
const MAX_BYTES: usize = 16 * 1024 * 1024;
const MAX_CONTEXT_BYTES: usize = 512 * 1024;

/// Echoes text and binary messages to 16 MiB.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8002")]
    bind: SocketAddr,
    /// Threads that serve connections; as many as there are cores unless given.
    #[arg(long)]
    workers: Option<usize>,
    /// Serve from a route of an actix-web App, not on sockets of their own.
    #[arg(long)]
    mounted: bool,
    /// Compress messages for clients that offer it.
    #[arg(long)]
    deflate: bool,
    /// Compress with reference to earlier messages, at some memory for each connection.
    #[arg(long, requires = "deflate")]
    context_takeover: bool,
}

struct Echo;

impl WebsocketConsumer for Echo {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        let offered = ctx.scope().subprotocols();
        let accept = if offered.iter().any(|name| name == SUBPROTOCOL) {
            Accept::new().subprotocol(SUBPROTOCOL)
        } else {
            Accept::new()
        };
        Ok(ctx.accept(accept)?)
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        Ok(ctx.send(frame)?)
    }
}

fn deflate(context_takeover: bool) -> Deflate {
    match context_takeover {
        true => Deflate::new()
            .context_takeover(true)
            .memory_bytes(MAX_CONTEXT_BYTES),
        false => Deflate::new(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let arguments = Arguments::parse();
    let layer = Layer::in_memory();
    let sockets = URLRouter::new().path("", |_: &Scope| Echo).into_endpoint();
    let options = SocketOptions::new()
        .max_message_bytes(MAX_BYTES)
        .max_frame_bytes(MAX_BYTES)
        .max_fragments(MAX_BYTES / 64);
    let options = match arguments.deflate {
        true => options.deflate(deflate(arguments.context_takeover)),
        false => options,
    };
    let server = if arguments.mounted {
        Server::new().http(move || {
            let route = mounted(sockets.clone(), &layer, options.clone());
            App::new().service(web::resource("/").route(route))
        })
    } else {
        Server::new().websocket(sockets, &layer, options)
    };
    // Mounted consumers are HTTP connections.
    let server = server.max_connections(usize::MAX);
    let server = match arguments.workers {
        Some(number) => server.workers(number),
        None => server,
    };
    server.bind(arguments.bind)?.run().await
}
