//! The connection of a reader: a socket, or an event stream with separate requests.

use futures_util::SinkExt;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::pages;
use crate::{
    stage::until,
    support::{Person, Socket},
};

pub(super) enum Connection {
    Socket(Socket),
    Stream(Stream),
}

/// An open stream of events.
pub(super) struct Stream {
    person: Person,
    response: Response,
    /// What was received and not yet read; a chunk may end within a character.
    received: Vec<u8>,
    name: String,
    token: String,
    hello: Value,
}

impl Connection {
    /// Connects, however long the server is away.
    pub(super) async fn open(person: &Person, by_stream: bool) -> Self {
        if by_stream {
            Self::Stream(until("a stream of events", async || Stream::open(person).await).await)
        } else {
            Self::Socket(Socket::connect_patiently(person).await)
        }
    }

    pub(super) fn hello(&self) -> &Value {
        match self {
            Self::Socket(socket) => &socket.hello,
            Self::Stream(stream) => &stream.hello,
        }
    }

    /// Sends an event; whether the connection still took it.
    pub(super) async fn send(&mut self, event: Value) -> bool {
        match self {
            Self::Socket(socket) => {
                let sent = socket.stream.send(Message::text(event.to_string())).await;
                sent.is_ok()
            }
            Self::Stream(stream) => stream.send(&event).await,
        }
    }

    /// The next event; `None` at the end of the connection. Can be cancelled without losing one.
    pub(super) async fn next(&mut self) -> Option<Value> {
        match self {
            Self::Socket(socket) => socket.frame().await.ok(),
            Self::Stream(stream) => stream.next().await,
        }
    }
}

impl Stream {
    async fn open(person: &Person) -> Option<Self> {
        let token = pages::token(person).await?;
        let request = person.request(Method::GET, "/events/");
        let response = request.send().await.ok()?;
        if response.status() != 200 {
            return None;
        }
        let mut stream = Self {
            person: person.copy(),
            response,
            received: Vec::new(),
            name: String::new(),
            token,
            hello: Value::Null,
        };
        stream.name = stream.block().await?;
        stream.hello = stream.next().await?;
        Some(stream)
    }

    async fn send(&self, event: &Value) -> bool {
        let request = self
            .person
            .request(Method::POST, &format!("/events/{}/", self.name))
            .header("Origin", self.person.origin())
            .header("X-CSRF-Token", &self.token)
            .json(&json!([event]));
        let answer = request.send().await;
        answer.is_ok_and(|answer| answer.status() == 204)
    }

    async fn next(&mut self) -> Option<Value> {
        let event: Value = serde_json::from_str(&self.block().await?).ok()?;
        // The end of a stream is an event without a type.
        event["type"].is_string().then_some(event)
    }

    /// The data of the next event; comments have none.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.received.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.received.drain(..end + 2).collect();
                let block = String::from_utf8(block).ok()?;
                if let Some(data) = block.lines().find_map(|line| line.strip_prefix("data: ")) {
                    return Some(data.to_owned());
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.received.extend_from_slice(&chunk);
        }
    }
}
