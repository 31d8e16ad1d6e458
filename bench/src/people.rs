//! Test users of Parlour: they sign up, become friends and open conversations over HTTP, and post
//! over sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use memchr::memmem;
use url::form_urlencoded;

use crate::fleet::Fleet;
use crate::http::{Connection, Response};
use crate::socket::Target;

const PASSWORD: &str = "correct horse battery staple";
/// The server counts as hung if it does not send the expected event in this time.
const PATIENCE: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_millis(5);

/// A user with a session.
#[derive(Debug)]
pub(crate) struct Person {
    name: String,
    address: SocketAddr,
    connection: Connection,
    cookies: BTreeMap<String, String>,
}

impl Person {
    /// Creates an account and signs in. `name` must be unique among all runs.
    pub(crate) fn sign_up(address: SocketAddr, name: &str) -> Result<Self> {
        let mut person = Self {
            name: format!("{name}x{}", std::process::id()),
            address,
            connection: Connection::open(address)?,
            cookies: BTreeMap::new(),
        };
        let (name, path) = (person.name.clone(), "/accounts/register/");
        let typed = [
            ("username", name.as_str()),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        person.submit(path, path, &typed)?;
        Ok(person)
    }

    /// Sends a friend request to `other`, who accepts; returns the id of their conversation.
    pub(crate) fn befriend(&mut self, other: &mut Self) -> Result<u64> {
        self.submit("/friends/", "/friends/add/", &[("username", &other.name)])?;
        let page = other.page("/friends/")?;
        let (before, _) = page
            .split_once("/accept/\"")
            .context("no button to accept")?;
        let (_, action) = before.rsplit_once('"').context("no button to accept")?;
        other.submit("/friends/", &format!("{action}/accept/"), &[])?;
        // The conversation is created shortly after the friendship.
        let began = Instant::now();
        loop {
            match self.room_with(other) {
                Err(_) if began.elapsed() < PATIENCE => std::thread::park_timeout(TURN),
                room => return room,
            }
        }
    }

    /// The id of the conversation with a friend.
    fn room_with(&mut self, other: &mut Self) -> Result<u64> {
        let page = other.page("/")?;
        let id = between(&page, r#""me":{"id":"#, ",").context("no own id")?;
        let response = self.get(&format!("/rooms/with/{id}/"))?;
        let place = response.header("location").next();
        let room = between(place.context("no conversation")?, "/rooms/", "/");
        Ok(room.context("no conversation")?.parse()?)
    }

    /// The text of a page, which must exist.
    fn page(&mut self, path: &str) -> Result<String> {
        let Response { status, body, .. } = self.get(path)?;
        ensure!(status == 200, "{path} was answered with {status}");
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn get(&mut self, path: &str) -> Result<Response> {
        let response = self.connection.get(path, &self.headers())?;
        self.keep_cookies(&response);
        Ok(response)
    }

    /// Sends the form with this action on the page at `path`.
    fn submit(&mut self, path: &str, action: &str, typed: &[(&str, &str)]) -> Result<()> {
        let page = self.page(path)?;
        let token = between(&page, r#"name="csrf_token" value=""#, "\"").context("no form")?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf_token", token).extend_pairs(typed);
        let response = self
            .connection
            .post(action, &self.headers(), &form.finish())?;
        self.keep_cookies(&response);
        let (name, status) = (&self.name, response.status);
        ensure!(status == 303, "{name} could not post to {action}: {status}");
        Ok(())
    }

    fn keep_cookies(&mut self, response: &Response) {
        for cookie in response.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The header line with the session cookie.
    pub(crate) fn headers(&self) -> String {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("Cookie: {}\r\n", cookies.join("; "))
    }

    /// The socket of a page.
    pub(crate) fn socket(&self) -> Target {
        let address = self.address;
        Target {
            address,
            path: "/ws/".to_owned(),
            headers: format!("{}Origin: http://{address}\r\n", self.headers()),
        }
    }
}

/// Two friends, and the id of their conversation.
pub(crate) struct Pair {
    pub(crate) people: [Person; 2],
    pub(crate) room: u64,
}

impl Pair {
    /// Two new people become friends.
    pub(crate) fn meet(address: SocketAddr, name: &str) -> Result<Self> {
        let mut author = Person::sign_up(address, &format!("{name}a"))?;
        let mut other = Person::sign_up(address, &format!("{name}b"))?;
        let room = author.befriend(&mut other)?;
        Ok(Self {
            people: [author, other],
            room,
        })
    }
}

/// The frame that posts `body`, which is already JSON. The client id is a UUID of this process,
/// `middle` and `tail` (48 bits), which must differ from post to post.
pub(crate) fn post_frame(room: u64, (middle, tail): (u64, u64), body: &str) -> String {
    let run = std::process::id();
    let [a, b, c] = [middle >> 24 & 0xffff, middle >> 12 & 0xfff, middle & 0xfff];
    format!(
        r#"{{"type":"message.post","room":{room},"client_id":"{run:08x}-{a:04x}-4{b:03x}-8{c:03x}-{tail:012x}","body":"{body}"}}"#
    )
}

/// Whether an event of the server is of this type.
pub(crate) fn is(event: &[u8], kind: &str) -> bool {
    memmem::find(event, format!(r#""type":"{kind}""#).as_bytes()).is_some()
}

/// Whether an event is a refusal.
pub(crate) fn is_refusal(event: &[u8]) -> bool {
    is(event, "message.refused") || is(event, "error.reported")
}

/// Waits until the sockets have received this many events of these types; a refusal is an error.
pub(crate) fn wait_for(fleet: &mut Fleet, kinds: &[&str], awaited: usize) -> Result<()> {
    let began = Instant::now();
    let (sockets, mut received) = (fleet.open_sockets(), 0);
    let mut refusal = None;
    while received < awaited {
        fleet.turn(TURN, |_, event| {
            received += usize::from(kinds.iter().any(|kind| is(event, kind)));
            if is_refusal(event) {
                refusal = Some(String::from_utf8_lossy(event).into_owned());
            }
        })?;
        if let Some(refusal) = refusal {
            bail!("refused: {refusal}");
        }
        ensure!(fleet.open_sockets() == sockets, "the server hung up");
        ensure!(began.elapsed() < PATIENCE, "the server does not answer");
    }
    Ok(())
}

/// The part of a text between two others.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split(end).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_form_is_found() {
        let page = r#"<input name="csrf_token" value="abc"><input name="username" value="">"#;
        let token = |page| between(page, r#"name="csrf_token" value=""#, "\"");
        assert_eq!(token(page), Some("abc"));
        assert_eq!(token("<p>no form"), None);
    }

    #[test]
    fn each_post_has_a_client_id_of_its_own_and_events_are_told_apart() {
        let id = |middle, tail| {
            let post = post_frame(7, (middle, tail), "hello");
            let post: serde_json::Value = serde_json::from_str(&post).unwrap();
            post["client_id"].as_str().unwrap().to_owned()
        };
        assert_eq!(id(1, 1).len(), 36);
        assert!(id(1, 1) != id(1, 2) && id(1, 1) != id(2, 1));
        assert!(is(br#"{"type":"read.moved","room":7}"#, "read.moved"));
        assert!(is_refusal(br#"{"type":"message.refused","room":7}"#));
        assert!(!is_refusal(br#"{"type":"presence.changed"}"#));
    }
}
