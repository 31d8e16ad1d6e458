//! Writers: they post, edit, delete and react, by socket or by form, and record every answer. A
//! request whose connection broke is usually retried with the same `client_id`, and sometimes given
//! up.

use std::{sync::Arc, time::Duration};

use futures_util::SinkExt;
use rand::{RngExt, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Interval, sleep};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{
    journal::{Act, Deed, Outcome},
    pages,
    shared::{Shared, accepted},
};
use crate::{
    stage::until,
    support::{Person, Socket},
};

/// The maximum wait before a retry, whatever the server asks for, to keep the load high.
const PATIENCE: Duration = Duration::from_millis(250);
/// The number of consecutive retries after which the server counts as broken.
const RETRIES: u32 = 400;
/// The probability of giving up a request whose connection broke.
const GIVES_UP: f64 = 0.2;

/// One writer, with one connection and one room.
pub(super) struct Writer {
    pub(super) name: String,
    pub(super) person: Person,
    pub(super) room: i64,
    pub(super) shared: Arc<Shared>,
    pub(super) rng: StdRng,
    /// The writer's own emoji, which no other writer uses.
    pub(super) emoji: &'static str,
    /// The interval between requests. Without it, each request follows the answer to the previous
    /// one.
    pub(super) period: Option<Interval>,
    journal: usize,
    count: usize,
    /// Own messages that can be changed.
    own: Vec<i64>,
}

/// The result of one try.
enum Answer {
    Settled(Outcome),
    Retry(Duration),
    Disconnected,
}

impl Writer {
    pub(super) fn new(person: &Person, room: i64, shared: &Arc<Shared>, rng: StdRng) -> Self {
        const EMOJIS: [&str; 10] = ["🌱", "🎉", "👍", "🐢", "🍀", "🌍", "🔥", "🐙", "🍵", "🌈"];
        let journal = shared.open_journal();
        Self {
            name: format!("{} {journal}", person.name),
            person: person.copy(),
            room,
            shared: Arc::clone(shared),
            rng,
            emoji: EMOJIS[journal % EMOJIS.len()],
            period: None,
            journal,
            count: 0,
            own: Vec::new(),
        }
    }

    /// Writes by socket until the trial asks to finish.
    pub(super) async fn by_socket(mut self) {
        let mut socket = Socket::connect_patiently(&self.person).await;
        while self.shared.is_writing() {
            let deed = self.next_deed().await;
            self.shared.intend(self.journal, deed.clone());
            let mut retries = 0;
            let outcome = loop {
                match ask(&mut socket, &deed).await {
                    Answer::Settled(outcome) => break outcome,
                    Answer::Retry(time) => {
                        self.shared.note_busy();
                        retries += 1;
                        assert!(retries < RETRIES, "{} only gets retries", self.name);
                        sleep(time.min(PATIENCE)).await;
                    }
                    Answer::Disconnected => {
                        let before = self.shared.history_in(&socket.hello);
                        socket = Socket::connect_patiently(&self.person).await;
                        let is_other = self.shared.history_in(&socket.hello) != before;
                        if is_other {
                            // The ids may name other messages now.
                            self.own.clear();
                        }
                        let is_change = !matches!(deed.act, Act::Post { .. });
                        if is_other && is_change || self.rng.random_bool(GIVES_UP) {
                            break Outcome::Unknown;
                        }
                    }
                }
            };
            self.learn(&deed, &outcome);
            self.shared.settle(self.journal, outcome);
        }
    }

    /// Writes with the forms of pages until the trial asks to finish.
    pub(super) async fn by_form(mut self) {
        while self.shared.is_writing() {
            let mut deed = self.next_deed().await;
            if let Act::React { .. } = deed.act {
                // The button of the page is a toggle, so that a repeat has another meaning.
                deed.act = self.post();
            }
            let is_change = !matches!(deed.act, Act::Post { .. });
            let history = self.shared.history();
            self.shared.intend(self.journal, deed.clone());
            let mut retries = 0;
            let outcome = loop {
                match self.submit(&deed).await {
                    Answer::Settled(outcome) => break outcome,
                    // The id may name another message of a restored database.
                    Answer::Retry(_) if is_change && self.shared.history() != history => {
                        break Outcome::Unknown;
                    }
                    Answer::Retry(time) => {
                        self.shared.note_busy();
                        retries += 1;
                        assert!(retries < RETRIES, "{} only gets retries", self.name);
                        sleep(time).await;
                    }
                    Answer::Disconnected => {
                        if is_change || self.rng.random_bool(GIVES_UP) {
                            break Outcome::Unknown;
                        }
                        sleep(PATIENCE).await;
                    }
                }
            };
            self.learn(&deed, &outcome);
            self.shared.settle(self.journal, outcome);
            if self.shared.history() != history {
                self.own.clear();
            }
        }
    }

    /// Chooses the next deed. Most are posts.
    async fn next_deed(&mut self) -> Deed {
        if let Some(period) = &mut self.period {
            period.tick().await;
        }
        let own = (!self.own.is_empty()).then(|| self.rng.random_range(0..self.own.len()));
        let act = match (own, self.rng.random_range(0..100)) {
            (Some(i), 0..12) => Act::Edit {
                id: self.own[i],
                body: self.text("edits"),
            },
            (Some(i), 12..16) => Act::Delete {
                id: self.own.swap_remove(i),
            },
            (Some(i), 16..30) => Act::React {
                id: self.own[i],
                emoji: self.emoji.to_owned(),
                on: self.rng.random_bool(0.7),
            },
            _ => self.post(),
        };
        Deed {
            room: self.room,
            author: self.person.id,
            client_id: Uuid::from_u128(self.rng.random()).to_string(),
            act,
            outcome: Outcome::Unknown,
        }
    }

    fn post(&mut self) -> Act {
        Act::Post {
            body: self.text("writes"),
        }
    }

    /// Returns a unique text.
    fn text(&mut self, verb: &str) -> String {
        self.count += 1;
        format!("{} {verb} {}", self.name, self.count)
    }

    fn learn(&mut self, deed: &Deed, outcome: &Outcome) {
        if let (Act::Post { .. }, Outcome::Accepted { id: Some(id), .. }) = (&deed.act, outcome) {
            self.own.push(*id);
        }
    }

    async fn submit(&self, deed: &Deed) -> Answer {
        let Some(token) = pages::token(&self.person).await else {
            return Answer::Disconnected;
        };
        let room = deed.room;
        let (path, body) = match &deed.act {
            Act::Edit { id, body } => (format!("/rooms/{room}/messages/{id}/edit/"), body.as_str()),
            Act::Delete { id } => (format!("/rooms/{room}/messages/{id}/delete/"), ""),
            Act::Post { body } => (format!("/rooms/{room}/messages/"), body.as_str()),
            Act::React { .. } => unreachable!("reactions go by socket"),
        };
        let fields = [
            ("csrf_token", token.as_str()),
            ("client_id", &deed.client_id),
            ("body", body),
        ];
        let request = self
            .person
            .request(Method::POST, &path)
            .header("Origin", self.person.origin())
            .header("Sec-Fetch-Site", "same-origin")
            .form(&fields);
        let Ok(answer) = request.send().await else {
            return Answer::Disconnected;
        };
        let place = answer.headers().get("location");
        let place = place.map_or("", |place| place.to_str().unwrap_or_default());
        match answer.status().as_u16() {
            303 if place.starts_with("/rooms/") => {
                let found = self.look_for(body).await;
                Answer::Settled(accepted(None, found))
            }
            404 | 409 => Answer::Settled(Outcome::Refused),
            // A busy server, or a token from another history.
            403 | 422 | 429 | 503 => Answer::Retry(PATIENCE),
            status => panic!("{}: {path} is answered with {status} {place}", self.name),
        }
    }

    /// Returns the id of an own message, if it is on the newest page.
    async fn look_for(&self, body: &str) -> Option<i64> {
        let (_, shown) = pages::log(&self.person, self.room, "").await?;
        let is_it = |message: &&super::journal::Shown| message.body.as_deref() == Some(body);
        shown.iter().find(is_it).map(|message| message.id)
    }
}

/// Sends a request and waits for its answer.
async fn ask(socket: &mut Socket, deed: &Deed) -> Answer {
    let (room, client_id) = (deed.room, &deed.client_id);
    let mut request = json!({"room": room, "client_id": client_id});
    let (kind, more) = match &deed.act {
        Act::Post { body } => ("message.post", json!({"body": body})),
        Act::Edit { id, body } => ("message.edit", json!({"id": id, "body": body})),
        Act::Delete { id } => ("message.delete", json!({"id": id})),
        Act::React { id, emoji, on } => {
            ("message.react", json!({"id": id, "emoji": emoji, "on": on}))
        }
    };
    request["type"] = kind.into();
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    let sent = socket.stream.send(Message::text(request.to_string())).await;
    if sent.is_err() {
        return Answer::Disconnected;
    }
    loop {
        let Ok(event) = socket.next().await else {
            return Answer::Disconnected;
        };
        if event["client_id"] == client_id.as_str()
            && let Some(answer) = read(&event)
        {
            return answer;
        }
    }
}

fn read(event: &Value) -> Option<Answer> {
    match event["type"].as_str()? {
        "message.accepted" | "change.accepted" => Some(Answer::Settled(accepted(
            event["seq"].as_i64(),
            event["id"].as_i64(),
        ))),
        "message.refused" => Some(
            event["retry_after_ms"]
                .as_u64()
                .map_or(Answer::Settled(Outcome::Refused), |milliseconds| {
                    Answer::Retry(Duration::from_millis(milliseconds))
                }),
        ),
        _ => None,
    }
}

/// Waits until the readiness probe reports `is_ready`.
pub(super) async fn until_ready(person: &Person, is_ready: bool) {
    let wanted = if is_ready { 200 } else { 503 };
    until(&format!("/readyz to say {wanted}"), async || {
        let answer = person.request(Method::GET, "/readyz").send().await.ok()?;
        (answer.status().as_u16() == wanted).then_some(())
    })
    .await;
}
