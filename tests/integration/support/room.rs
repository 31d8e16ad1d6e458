//! One conversation, seen through one socket.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Socket;

/// A conversation and a socket that is subscribed to it.
pub(crate) struct Room {
    pub(crate) id: i64,
    pub(crate) socket: Socket,
}

impl Room {
    /// Posts a message, and returns its `message.accepted`.
    pub(crate) async fn post(&mut self, body: &str) -> Value {
        let answer = self.post_as(Uuid::new_v4(), body).await;
        assert_eq!(answer["type"], "message.accepted", "{answer}");
        answer
    }

    /// Posts a message that the server must refuse, and returns its `message.refused`.
    pub(crate) async fn post_refused(&mut self, body: &str) -> Value {
        let answer = self.post_as(Uuid::new_v4(), body).await;
        assert_eq!(answer["type"], "message.refused", "{answer}");
        answer
    }

    /// Posts with this `client_id`, and returns the answer, accepted or refused.
    pub(crate) async fn post_as(&mut self, client_id: Uuid, body: &str) -> Value {
        let room = self.id;
        let event =
            json!({ "type": "message.post", "room": room, "client_id": client_id, "body": body });
        self.socket.send(event).await;
        let client_id = client_id.to_string();
        let is_answer = |event: &Value| {
            let kind = event["type"].as_str().unwrap_or_default();
            ["message.accepted", "message.refused"].contains(&kind)
                && event["client_id"] == client_id
        };
        self.socket
            .wait_until("the answer to a message", is_answer)
            .await
    }

    /// Returns the next message that arrives here.
    pub(crate) async fn next_message(&mut self) -> Value {
        let room = self.id;
        let fits = |event: &Value| event["type"] == "message.created" && event["room"] == room;
        self.socket.wait_until("a message", fits).await
    }
}
