//! actix-ws: no actors; each room is a list of sessions behind a lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use actix_ws::Message;
use clap::Parser as _;
use futures_util::StreamExt as _;
use parlour_bench_peers::{Arguments, ChatMessage};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Member = UnboundedSender<String>;
type Rooms = Arc<Mutex<HashMap<String, Vec<Member>>>>;

fn say(rooms: &Rooms, room: &str, text: &str) {
    let mut rooms = rooms.lock().expect("nobody panics with it");
    if let Some(members) = rooms.get_mut(room) {
        members.retain(|member| member.send(text.to_owned()).is_ok());
    }
}

async fn enter(
    request: HttpRequest,
    body: web::Payload,
    room: web::Path<String>,
    rooms: web::Data<Rooms>,
) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    let room = room.into_inner();
    let (member, mut heard) = unbounded_channel();
    {
        let mut rooms = rooms.lock().expect("nobody panics with it");
        rooms.entry(room.clone()).or_default().push(member);
    }
    rt::spawn(async move {
        loop {
            tokio::select! {
                Some(text) = heard.recv() => {
                    if session.text(text).await.is_err() {
                        return;
                    }
                }
                message = messages.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if let Some(text) = ChatMessage::again(&text) {
                            say(&rooms, &room, &text);
                        }
                    }
                    Some(Ok(Message::Ping(payload))) => {
                        if session.pong(&payload).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(Message::Close(reason))) => {
                        let _ = session.close(reason).await;
                        return;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return,
                },
            }
        }
    });
    Ok(response)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let rooms = Rooms::default();
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(rooms.clone()))
            .route("/ws/chat/{room}/", web::get().to(enter))
    })
    .workers(arguments.workers)
    .max_connections(usize::MAX)
    .on_connect(|io, _| {
        if let Some(tcp) = io.downcast_ref::<rt::net::TcpStream>() {
            let _ = tcp.set_nodelay(true);
        }
    })
    .bind(arguments.bind)?
    .run()
    .await
}
