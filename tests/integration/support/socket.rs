//! A WebSocket as a page of the site opens it, with methods for tests.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, StatusCode},
    },
};

use super::Person;
use crate::stage::{until, within};

/// An open socket. Events that no test has asked for yet are buffered in order.
pub(crate) struct Socket {
    pub(crate) stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The first event, `session.hello`.
    pub(crate) hello: Value,
    waiting: Vec<Value>,
}

impl Socket {
    pub(crate) async fn connect(person: &Person) -> Self {
        let headers = [("Origin", person.origin()), ("Cookie", person.cookies())];
        match Self::try_connect(person, &headers).await {
            Ok(socket) => socket,
            Err(status) => panic!("the socket of {} is refused with {status}", person.name),
        }
    }

    /// Opens the socket with exactly these headers. Returns the status if it is refused.
    pub(crate) async fn try_connect(
        person: &Person,
        headers: &[(&'static str, String)],
    ) -> Result<Self, StatusCode> {
        let mut request = format!("ws://{}/ws/", person.site)
            .into_client_request()
            .unwrap();
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value).unwrap());
        }
        match within("the handshake", connect_async(request)).await {
            Ok((stream, _)) => {
                let mut socket = Self {
                    stream,
                    hello: Value::Null,
                    waiting: Vec::new(),
                };
                socket.hello = socket.wait_for("session.hello").await;
                Ok(socket)
            }
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("the handshake fails: {error}"),
        }
    }

    /// Opens the socket, and retries until the server, which may be down, accepts it.
    pub(crate) async fn connect_patiently(person: &Person) -> Self {
        until("the server to be back", async || {
            let mut request = format!("ws://{}/ws/", person.site)
                .into_client_request()
                .ok()?;
            for (name, value) in [("Origin", person.origin()), ("Cookie", person.cookies())] {
                request
                    .headers_mut()
                    .insert(name, HeaderValue::from_str(&value).ok()?);
            }
            let (stream, _) = connect_async(request).await.ok()?;
            let mut socket = Self {
                stream,
                hello: Value::Null,
                waiting: Vec::new(),
            };
            socket.hello = socket
                .try_wait(|event| event["type"] == "session.hello")
                .await
                .ok()?;
            Some(socket)
        })
        .await
    }

    /// Sends one event.
    pub(crate) async fn send(&mut self, event: Value) {
        self.send_text(&event.to_string()).await;
    }

    /// Sends any text.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Returns the next event of this type. Others stay buffered.
    pub(crate) async fn wait_for(&mut self, kind: &str) -> Value {
        self.wait_until(kind, |event| event["type"] == kind).await
    }

    /// Returns the next event of this type in this room. Others stay buffered.
    pub(crate) async fn wait_in(&mut self, room: i64, kind: &str) -> Value {
        let fits = |event: &Value| event["type"] == kind && event["room"] == room;
        self.wait_until(kind, fits).await
    }

    /// Returns the next event that fits. Others stay buffered.
    pub(crate) async fn wait_until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        match self.try_wait(fits).await {
            Ok(event) => event,
            Err(code) => panic!("the socket closed with {code:?} before {what}"),
        }
    }

    /// Returns the next event that fits, or the close code if the socket closes before.
    pub(crate) async fn try_wait(
        &mut self,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Value, Option<u16>> {
        if let Some(position) = self.waiting.iter().position(&fits) {
            return Ok(self.waiting.remove(position));
        }
        loop {
            let event = self.next().await?;
            if fits(&event) {
                return Ok(event);
            }
            self.waiting.push(event);
        }
    }

    /// Returns the code with which the server closes, or `None` if it just disconnects. Earlier
    /// events stay buffered for [`Socket::heard`].
    pub(crate) async fn wait_for_close(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Ok(event) => self.waiting.push(event),
                Err(code) => return code,
            }
        }
    }

    /// Returns all events of this type that have arrived, after a round trip to the server.
    pub(crate) async fn heard(&mut self, kind: &str) -> Vec<Value> {
        self.send(json!({ "type": "connection.ping" })).await;
        self.wait_for("connection.pong").await;
        self.already_heard(kind)
    }

    /// Returns all buffered events of this type.
    pub(crate) fn already_heard(&self, kind: &str) -> Vec<Value> {
        self.waiting
            .iter()
            .filter(|event| event["type"] == kind)
            .cloned()
            .collect()
    }

    /// As [`Socket::heard`], for several types, and removes the events from the buffer.
    pub(crate) async fn take_heard(&mut self, kinds: &[&str]) -> Vec<Value> {
        self.send(json!({ "type": "connection.ping" })).await;
        self.wait_for("connection.pong").await;
        let is_wanted = |event: &mut Value| kinds.iter().any(|kind| event["type"] == *kind);
        self.waiting.extract_if(.., is_wanted).collect()
    }

    /// Returns the room's events after `after`, as one answer.
    pub(crate) async fn resume(&mut self, room: i64, after: i64) -> Value {
        self.send(json!({ "type": "room.resume", "room": room, "after": after }))
            .await;
        self.wait_for("room.events").await
    }

    /// Returns the next event, or the code with which the socket closes.
    pub(crate) async fn next(&mut self) -> Result<Value, Option<u16>> {
        within("an event on the socket", self.frame()).await
    }

    /// As [`Socket::next`], without a time limit. Cancellation safe: loses no event.
    pub(crate) async fn frame(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|f| f.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}
