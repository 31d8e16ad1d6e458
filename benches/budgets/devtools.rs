//! A line to a page of its own, past the driver: several commands can be under way on it, and the
//! driver's scripts do not run while something is measured.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json, to_value};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::{profile::Profile, stage::within};

/// The page in the only tab of a browser.
pub(crate) struct DevTools {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The number of the last command.
    last: u64,
    /// Answers that nobody has asked for yet.
    waiting: Vec<Value>,
}

impl DevTools {
    pub(crate) async fn of(person: &Profile) -> Self {
        let cdp = person.driver.cdp();
        let abilities = to_value(cdp.handle().capabilities()).unwrap();
        let address = abilities["goog:chromeOptions"]["debuggerAddress"].as_str();
        let list = format!("http://{}/json/list", address.unwrap());
        let list: Vec<Value> = reqwest::get(list).await.unwrap().json().await.unwrap();
        let page = list.iter().find(|target| target["type"] == "page").unwrap();
        let url = page["webSocketDebuggerUrl"].as_str().unwrap();
        let (socket, _) = within("the browser", connect_async(url)).await.unwrap();
        Self {
            socket,
            last: 0,
            waiting: Vec::new(),
        }
    }

    /// Runs a script in the page, and returns when it has run: keys overtake scripts.
    pub(crate) async fn run(&mut self, script: &str) {
        let number = self.ask(&format!("void ({script})")).await;
        self.answer(number).await;
    }

    /// Asks for the value of a promise and does not wait for it: [`DevTools::answer`] does.
    pub(crate) async fn ask(&mut self, promise: &str) -> u64 {
        let method = "Runtime.evaluate";
        let parameters =
            json!({ "expression": promise, "awaitPromise": true, "returnByValue": true });
        self.send(method, &parameters).await
    }

    /// The value that was asked for under this number.
    pub(crate) async fn answer(&mut self, number: u64) -> Value {
        let answer = self.wait_for(number).await;
        assert!(answer["result"]["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["result"]["value"].clone()
    }

    /// Presses a key and lets it go. `text` is what it types.
    pub(crate) async fn press(&mut self, key: &str, text: &str) {
        let code = if key == "Enter" { 13 } else { 65 };
        for (kind, text) in [("keyDown", text), ("keyUp", "")] {
            let event =
                json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
            self.send("Input.dispatchKeyEvent", &event).await;
        }
        let number = self.last;
        self.wait_for(number).await;
    }

    /// Puts a text where the caret is, as pasting does.
    pub(crate) async fn insert(&mut self, text: &str) {
        let number = self
            .send("Input.insertText", &json!({ "text": text }))
            .await;
        self.wait_for(number).await;
    }

    async fn send(&mut self, method: &str, parameters: &Value) -> u64 {
        self.last += 1;
        let command = json!({ "id": self.last, "method": method, "params": parameters });
        let command = Message::text(command.to_string());
        self.socket.send(command).await.unwrap();
        self.last
    }

    async fn wait_for(&mut self, number: u64) -> Value {
        let is_it = |answer: &Value| answer["id"] == number;
        if let Some(place) = self.waiting.iter().position(is_it) {
            return self.waiting.swap_remove(place);
        }
        loop {
            let message = within("an answer of the browser", self.socket.next()).await;
            if let Message::Text(text) = message.expect("it is open").unwrap() {
                let answer: Value = serde_json::from_str(&text).unwrap();
                assert!(answer["error"].is_null(), "{answer}");
                if is_it(&answer) {
                    return answer;
                }
                self.waiting.push(answer);
            }
        }
    }
}
