//! axum: one broadcast channel per room, a task per direction of each socket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use clap::Parser as _;
use futures_util::{SinkExt as _, StreamExt as _};
use parlour_bench_peers::{Arguments, ChatMessage};
use tokio::sync::broadcast::{Sender, channel};

const ROOM_CAPACITY: usize = 256;

type Rooms = Arc<Mutex<HashMap<String, Sender<Utf8Bytes>>>>;

async fn enter(ws: WebSocketUpgrade, Path(room): Path<String>, State(rooms): State<Rooms>) -> Response {
    let mut rooms = rooms.lock().expect("nobody panics with it");
    let room = rooms.entry(room).or_insert_with(|| channel(ROOM_CAPACITY).0).clone();
    ws.on_upgrade(|socket| chat(socket, room))
}

async fn chat(socket: WebSocket, room: Sender<Utf8Bytes>) {
    let (mut to_client, mut from_client) = socket.split();
    let mut heard = room.subscribe();
    let mut sending = tokio::spawn(async move {
        while let Ok(text) = heard.recv().await {
            if to_client.send(Message::Text(text)).await.is_err() {
                break;
            }
        }
    });
    let mut receiving = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = from_client.next().await {
            if let Some(text) = ChatMessage::again(&text) {
                // Fails if there is no subscriber, which does not matter.
                let _ = room.send(text.into());
            }
        }
    });
    tokio::select! {
        _ = &mut sending => receiving.abort(),
        _ = &mut receiving => sending.abort(),
    }
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(arguments.workers)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = Router::new()
            .route("/ws/chat/{room}/", any(enter))
            .with_state(Rooms::default());
        let listener = tokio::net::TcpListener::bind(arguments.bind).await?;
        let listener = listener.tap_io(|tcp| drop(tcp.set_nodelay(true)));
        axum::serve(listener, app).await
    })
}
