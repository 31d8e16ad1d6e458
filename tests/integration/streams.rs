//! The chat without WebSockets: events arrive as an event stream, and are sent as requests.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    stage::within,
    support::{Person, Site},
};

/// An open event stream, as a page reads it.
struct Stream<'a> {
    person: &'a Person,
    response: Response,
    text: String,
    name: String,
    token: String,
}

impl<'a> Stream<'a> {
    async fn open(person: &'a Person) -> Self {
        let token = person.csrf_token("/friends/").await;
        let response = ask(person, &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self {
            person,
            response,
            text: String::new(),
            name: String::new(),
            token,
        };
        let (kind, name) = stream.next().await.unwrap();
        assert_eq!(kind, "stream");
        stream.name = name;
        stream
    }

    /// Returns the next event with its name, or `None` at the end.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                if let Some(data) = field("data: ") {
                    let kind = field("event: ").unwrap_or("message");
                    return Some((kind.to_owned(), data.to_owned()));
                }
                continue;
            }
            let chunk = within("an event of the stream", self.response.chunk()).await;
            self.text += std::str::from_utf8(&chunk.unwrap()?).unwrap();
        }
    }

    /// Returns the next chat event of this type.
    async fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let (name, data) = self.next().await.expect("the stream goes on");
            assert_eq!(name, "message", "{data}");
            let event: Value = serde_json::from_str(&data).unwrap();
            if event["type"] == kind {
                return event;
            }
        }
    }

    async fn say(&self, events: &[Value]) -> u16 {
        say(self.person, &self.name, &self.token, &json!(events)).await
    }
}

async fn ask(person: &Person, headers: &[(&str, &str)]) -> Response {
    let mut request = person.request(Method::GET, "/events/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    within("an answer", request.send()).await.unwrap()
}

async fn say(person: &Person, stream: &str, token: &str, events: &Value) -> u16 {
    let request = person
        .request(Method::POST, &format!("/events/{stream}/"))
        .header("Origin", person.origin())
        .header("X-CSRF-Token", token)
        .json(events);
    within("an answer", request.send())
        .await
        .unwrap()
        .status()
        .as_u16()
}

fn post(room: i64, body: &str) -> Value {
    json!({"type": "message.post", "room": room, "client_id": Uuid::new_v4(), "body": body})
}

#[tokio::test]
async fn everything_that_a_socket_can_do_works_over_a_stream() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_bo = bo.open_room(&ana).await;
    let mut stream = Stream::open(&ana).await;
    let hello = stream.wait_for("session.hello").await;
    assert_eq!(hello["rooms"][0]["room"], at_bo.id);

    let events = [post(at_bo.id, "slow"), json!({"type": "connection.ping"})];
    assert_eq!(stream.say(&events).await, 204);
    // The pong need not wait for the disk.
    stream.wait_for("connection.pong").await;
    assert_eq!(at_bo.next_message().await["body"], "slow");
    at_bo.post("but steady").await;
    let heard = stream.wait_for("message.created").await;
    let heard = if heard["body"] == "slow" {
        stream.wait_for("message.created").await
    } else {
        heard
    };
    assert_eq!(heard["body"], "but steady");
    let resume = json!({"type": "room.resume", "room": at_bo.id, "after": 0});
    assert_eq!(stream.say(&[resume]).await, 204);
    let events = stream.wait_for("room.events").await;
    assert_eq!(events["events"].as_array().unwrap().len(), 2);
    assert_eq!(stream.say(&[json!({"type": "no.such"})]).await, 204);
    assert_eq!(stream.wait_for("error.reported").await["code"], "bad_event");
}

#[tokio::test]
async fn a_stream_is_for_who_is_signed_in_on_a_page_of_this_site() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let statuses = [
        ask(&site.visitor(), &[]).await.status(),
        ask(&ana, &[("Sec-Fetch-Site", "cross-site")])
            .await
            .status(),
        ask(&ana, &[("Sec-Fetch-Site", "none")]).await.status(),
        ask(&ana, &[("Origin", "https://evil.example")])
            .await
            .status(),
        ask(&ana, &[("Host", "evil.example")]).await.status(),
        ask(&ana, &[("Sec-Fetch-Site", "same-origin")])
            .await
            .status(),
    ];
    let statuses = statuses.map(|status| status.as_u16());
    assert_eq!(statuses, [403, 403, 403, 403, 400, 200]);
}

#[tokio::test]
async fn streams_and_sockets_of_a_person_are_counted_together() {
    let site = Site::start_with(|settings| settings.limits.sockets_per_user = 2).await;
    let ana = site.sign_up("ana").await;
    let _socket = ana.socket().await;
    let stream = Stream::open(&ana).await;
    assert_eq!(ask(&ana, &[]).await.status(), 429);
    drop(stream);
    crate::stage::until("the place to be free", async || {
        (ask(&ana, &[]).await.status() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_while_its_stream_opens_opens_none() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    assert_eq!(ask(&ana, &[]).await.status(), 200);
    site.end_sessions_when_used();

    assert_eq!(ask(&ana, &[]).await.status(), 403);

    assert_eq!(site.count("sessions"), 0, "it was found, and then ended");
}

#[tokio::test]
async fn the_end_of_the_session_ends_its_stream() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let phone = site.log_in("ana").await;
    let mut stream = Stream::open(&ana).await;
    stream.wait_for("session.hello").await;

    let path = "/accounts/devices/";
    let page = phone.open(path).await;
    let form = page
        .attribute("form[action*='revoke']", "action")
        .expect("a button for the other device");
    assert_eq!(phone.submit(path, &form, &[]).await.status, 303);

    assert_eq!(stream.wait_for("session.ended").await["reason"], "revoked");
    let (kind, close) = stream.next().await.unwrap();
    assert_eq!(kind, "close");
    assert_eq!(serde_json::from_str::<Value>(&close).unwrap()["code"], 4401);
    assert_eq!(stream.next().await, None);
    assert_ne!(stream.say(&[json!({"type": "connection.ping"})]).await, 204);
}

#[tokio::test]
async fn nobody_speaks_on_somebody_else_s_stream() {
    let site = Site::start().await;
    let (ana, eve) = (site.sign_up("ana").await, site.sign_up("eve").await);
    let stream = Stream::open(&ana).await;
    let ping = json!([{"type": "connection.ping"}]);
    let token = eve.csrf_token("/friends/").await;

    assert_eq!(say(&eve, &stream.name, &token, &ping).await, 404);
    assert_eq!(say(&eve, "0000", &token, &ping).await, 404);
    assert_eq!(say(&ana, &stream.name, "wrong", &ping).await, 403);
    assert_eq!(
        say(&ana, &stream.name, &stream.token, &json!({})).await,
        400
    );
    let visitor = site.visitor();
    assert_eq!(say(&visitor, &stream.name, &stream.token, &ping).await, 403);
    assert_eq!(say(&ana, &stream.name, &stream.token, &ping).await, 204);
}
