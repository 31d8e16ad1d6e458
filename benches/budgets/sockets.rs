//! WebSockets of a measurement: one posts as fast as the server accepts, one controls a page
//! directly, without the driver.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json, to_value};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{
    Message, client::IntoClientRequest, handshake::client::Request,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use crate::{profile::Profile, stage::within};

/// A socket that carries JSON.
struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    async fn open(request: Request) -> Self {
        Self(
            within("a handshake", connect_async(request))
                .await
                .unwrap()
                .0,
        )
    }

    async fn send(&mut self, value: Value) {
        self.0.send(Message::text(value.to_string())).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        loop {
            let message = within("a message on a socket", self.0.next()).await;
            if let Message::Text(text) = message.expect("it is open").unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}

/// Somebody who only posts.
pub(crate) struct Poster(Line);

impl Poster {
    /// Connects as the person with these cookies.
    pub(crate) async fn connect(site: SocketAddr, cookies: &str) -> Self {
        let mut request = format!("ws://{site}/ws/").into_client_request().unwrap();
        let origin = format!("http://{site}");
        for (name, value) in [("Origin", origin.as_str()), ("Cookie", cookies)] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        Self(Line::open(request).await)
    }

    /// Posts all of these into room 1, and returns once each is stored.
    pub(crate) async fn post(&mut self, texts: &[String]) {
        for text in texts {
            let id = Uuid::new_v4();
            let post = json!({ "type": "message.post", "room": 1, "client_id": id, "body": text });
            self.0.send(post).await;
        }
        let mut stored = 0;
        while stored < texts.len() {
            let event = self.0.next().await;
            match event["type"].as_str() {
                Some("message.accepted") => stored += 1,
                Some("message.refused" | "error.reported") => panic!("{event}"),
                _ => {}
            }
        }
    }
}

/// The `DevTools` of the page in the only tab of a browser: several commands can be under way, and the
/// driver's scripts do not run while something is measured.
pub(crate) struct DevTools {
    line: Line,
    /// The number of the last command.
    last: u64,
    /// Answers that were not requested yet.
    waiting: Vec<Value>,
}

impl DevTools {
    pub(crate) async fn of(person: &Profile) -> Self {
        let abilities = to_value(person.driver.cdp().handle().capabilities()).unwrap();
        let address = abilities["goog:chromeOptions"]["debuggerAddress"].as_str();
        let list = format!("http://{}/json/list", address.unwrap());
        let list: Vec<Value> = reqwest::get(list).await.unwrap().json().await.unwrap();
        let page = list.iter().find(|target| target["type"] == "page").unwrap();
        let url = page["webSocketDebuggerUrl"].as_str().unwrap();
        let line = Line::open(url.into_client_request().unwrap()).await;
        let (last, waiting) = (0, Vec::new());
        Self {
            line,
            last,
            waiting,
        }
    }

    /// Runs a script in the page, and returns when it has run, because key presses can overtake
    /// scripts.
    pub(crate) async fn run(&mut self, script: &str) {
        let number = self.ask(&format!("void ({script})")).await;
        self.answer(number).await;
    }

    /// Requests the value of a promise, and does not wait for it: [`DevTools::answer`] does.
    pub(crate) async fn ask(&mut self, promise: &str) -> u64 {
        let asked = json!({ "expression": promise, "awaitPromise": true, "returnByValue": true });
        self.send("Runtime.evaluate", asked).await
    }

    /// The value that was requested under this number.
    pub(crate) async fn answer(&mut self, number: u64) -> Value {
        let answer = self.wait_for(number).await;
        assert!(answer["result"]["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["result"]["value"].clone()
    }

    /// Presses and releases a key. `text` is what it types.
    pub(crate) async fn press(&mut self, key: &str, text: &str) {
        let code = if key == "Enter" { 13 } else { 65 };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let event =
                json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
            self.send("Input.dispatchKeyEvent", event).await;
        }
        self.wait_for(self.last).await;
    }

    /// Inserts a text at the caret, as pasting does.
    pub(crate) async fn insert(&mut self, text: &str) {
        let number = self.send("Input.insertText", json!({ "text": text })).await;
        self.wait_for(number).await;
    }

    async fn send(&mut self, method: &str, parameters: Value) -> u64 {
        self.last += 1;
        let command = json!({ "id": self.last, "method": method, "params": parameters });
        self.line.send(command).await;
        self.last
    }

    async fn wait_for(&mut self, number: u64) -> Value {
        let is_it = |answer: &Value| answer["id"] == number;
        if let Some(place) = self.waiting.iter().position(is_it) {
            return self.waiting.swap_remove(place);
        }
        loop {
            let answer = self.line.next().await;
            assert!(answer["error"].is_null(), "{answer}");
            if is_it(&answer) {
                return answer;
            }
            self.waiting.push(answer);
        }
    }
}
