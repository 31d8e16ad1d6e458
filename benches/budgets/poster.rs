//! Somebody who only posts, over a socket as a browser opens it, and as fast as the server takes it.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use uuid::Uuid;

use crate::stage::within;

/// Its open socket.
pub(crate) struct Poster(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Poster {
    /// Connects as the person with these cookies.
    pub(crate) async fn connect(site: SocketAddr, cookies: &str) -> Self {
        let mut request = format!("ws://{site}/ws/").into_client_request().unwrap();
        let origin = format!("http://{site}");
        for (name, value) in [("Origin", origin.as_str()), ("Cookie", cookies)] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let connecting = within("the handshake", connect_async(request));
        Self(connecting.await.unwrap().0)
    }

    /// Posts all of these into the conversation, and returns once each is stored.
    pub(crate) async fn post(&mut self, texts: &[String]) {
        for text in texts {
            let id = Uuid::new_v4();
            let post = json!({ "type": "message.post", "room": 1, "client_id": id, "body": text });
            self.0.send(Message::text(post.to_string())).await.unwrap();
        }
        let mut stored = 0;
        while stored < texts.len() {
            let event = self.next().await;
            match event["type"].as_str() {
                Some("message.accepted") => stored += 1,
                Some("message.refused" | "error.reported") => panic!("{event}"),
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Value {
        loop {
            let message = within("an event on the socket", self.0.next()).await;
            if let Message::Text(text) = message.expect("it is open").unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}
