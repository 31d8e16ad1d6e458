//! One small route for every kind of consumer and every result of a handshake; `/` lists them.
//!
//! `cargo run --release -p parlour-channels --example kitchen_sink -- --bind 127.0.0.1:8003`

mod handshakes;
mod requests;
mod sockets;
mod work;

use std::net::SocketAddr;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, web};
use channels::http::HttpOptions;
use channels::socket::mounted;
use channels::{GroupName, IntoEndpoint as _, Layer, Server, SocketOptions, URLRouter, http};
use clap::Parser;
use serde::{Deserialize, Serialize};

/// A message of a room, for sockets, streams and polls alike.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum RoomEvent {
    #[serde(rename = "room.said")]
    Said { text: String },
}

fn room_group(name: &str) -> GroupName {
    GroupName::encode(&format!("room_{name}"))
}

/// All kinds of consumers on all routes.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8003")]
    bind: SocketAddr,
    /// Threads that serve connections; as many as there are cores unless given.
    #[arg(long)]
    workers: Option<usize>,
    /// Serve sockets from a route of the App, not on sockets of their own.
    #[arg(long)]
    mounted: bool,
}

/// The routes as their modules list them: path, what to do there, the result.
type Listed = (&'static str, &'static str, &'static str);

async fn index() -> HttpResponse {
    let lists: [(&str, &[Listed]); 4] = [
        ("Sockets", sockets::LIST),
        ("Handshakes", handshakes::LIST),
        ("Requests", requests::LIST),
        ("Work", work::LIST),
    ];
    let mut page = String::from(
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>\
         <title>Kitchen sink</title><h1>Kitchen sink</h1>",
    );
    for (title, list) in lists {
        page += &format!("<h2>{title}</h2><table><tr><th>Address<th>Do<th>Get");
        for (path, act, outcome) in list {
            page += &format!("<tr><td><code>{path}</code><td>{act}<td>{outcome}");
        }
        page += "</table>";
    }
    let html = ContentType::html();
    HttpResponse::Ok().content_type(html).body(page)
}

/// Sends a message to a room, from outside any consumer.
async fn say(
    room: web::Path<String>,
    text: String,
    layer: web::Data<Layer>,
) -> actix_web::Result<String> {
    let event = RoomEvent::Said { text };
    let report = layer.group_send(&room_group(&room), event).await;
    let report = report.map_err(actix_web::error::ErrorServiceUnavailable)?;
    Ok(format!("{} heard it\n", report.delivered))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let arguments = Arguments::parse();
    let layer = Layer::in_memory();
    let worker = work::worker(&layer);
    let stop_working = worker.handle();
    actix_web::rt::spawn(worker.run());

    // One application for both protocols: each request finds the consumers of its own.
    let app = URLRouter::new()
        .path("ws/", sockets::routes())
        .path("handshake/", handshakes::routes())
        .path("http/", requests::routes())
        .into_endpoint();
    let options = SocketOptions::new();
    let (consumers, data) = (app.clone(), layer.clone());
    let (socket_options, in_app) = (options.clone(), arguments.mounted);
    let pages = move || {
        let requests = http::mounted(consumers.clone(), &data, HttpOptions::new());
        let page = App::new()
            .app_data(web::Data::new(data.clone()))
            .route("/", web::get().to(index))
            .route("/say/{room}/", web::post().to(say))
            .route("/work/", web::post().to(work::order))
            .service(web::resource("/http/{tail:.*}").route(requests));
        if !in_app {
            return page;
        }
        let sockets = || mounted(consumers.clone(), &data, socket_options.clone());
        page.service(web::resource("/ws/{tail:.*}").route(sockets()))
            .service(web::resource("/handshake/{tail:.*}").route(sockets()))
    };
    let mut server = Server::new()
        .http(pages)
        .max_connections(usize::MAX)
        .on_shutdown(async move || {
            stop_working.stop(true);
            Ok(())
        });
    if let Some(number) = arguments.workers {
        server = server.workers(number);
    }
    if !arguments.mounted {
        server = server.websocket(app, &layer, options);
    }
    server.bind(arguments.bind)?.run().await
}
