//! Fills conversations of Parlour through the front door: bursts of posts over sockets, each when
//! the one before is stored and has arrived. In the end everybody has read everything.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use memchr::memmem;

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::people::{Person, room_between};
use crate::socket::Target;

/// Posts of a burst: enough that they share commits, and fewer than may wait for a socket.
const BURST: u32 = 200;
/// Of each post: it is stored, and it arrives at both.
const ANSWERS: usize = 3;
/// The server is given up when it stores nothing for so long.
const PATIENCE: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_millis(20);

/// Two friends, and the number of their conversation.
pub(super) struct Pair {
    pub(super) people: [Person; 2],
    pub(super) room: u64,
}

impl Pair {
    /// Two new people become friends.
    pub(super) fn meet(address: SocketAddr, name: &str) -> Result<Self> {
        let mut author = Person::sign_up(address, &format!("{name}a"))?;
        let mut other = Person::sign_up(address, &format!("{name}b"))?;
        author.befriend(&mut other)?;
        let room = room_between(&mut author, &mut other)?;
        let people = [author, other];
        Ok(Self { people, room })
    }
}

/// Posts this many messages, into one conversation after the other and by everybody in turn; gives
/// the time until all are stored.
pub(super) fn fill(address: SocketAddr, pairs: &[Pair], messages: u32) -> Result<Duration> {
    let target = Target::new(&format!("ws://{address}/ws/"), Vec::new())?;
    let people = pairs.iter().flat_map(|pair| &pair.people);
    let targets = people.map(|person| target.clone().with_headers(person.socket_headers()));
    let mut fleet = Fleet::open_each(&targets.collect::<Vec<_>>())?;
    let began = Instant::now();
    let mut posted = 0;
    while posted < messages {
        let until = messages.min(posted + BURST);
        for number in posted..until {
            let (turn, pair) = (number as usize / pairs.len(), number as usize % pairs.len());
            let text = post(pairs[pair].room, number);
            fleet.clients[2 * pair + turn % 2].send(TEXT, text.as_bytes());
        }
        wait(&mut fleet, (until - posted) as usize * ANSWERS)
            .with_context(|| format!("after {posted} posts"))?;
        posted = until;
    }
    let took = began.elapsed();
    read_all(&mut fleet, pairs.len().min(messages as usize))?;
    Ok(took)
}

/// Everybody reads everything in so many conversations that hold something. A page that shows what
/// is new to somebody without scripts also stores that it is read, which is another matter.
fn read_all(fleet: &mut Fleet, conversations: usize) -> Result<()> {
    for client in &mut fleet.clients {
        client.send(TEXT, br#"{"type":"rooms.read"}"#);
    }
    wait(fleet, 2 * conversations).context("while everything is marked as read")
}

/// Waits until that many messages of the server have come that say that something is done.
fn wait(fleet: &mut Fleet, awaited: usize) -> Result<()> {
    let began = Instant::now();
    let (sockets, mut heard) = (fleet.open_sockets(), 0);
    while heard < awaited {
        let mut refusal = None;
        fleet.turn(TURN, |_, message| match Answer::of(message) {
            Answer::Good => heard += 1,
            Answer::Refused => refusal = Some(String::from_utf8_lossy(message).into_owned()),
            Answer::Other => {}
        })?;
        if let Some(refusal) = refusal {
            bail!("a message was refused: {refusal}");
        }
        if fleet.open_sockets() < sockets {
            bail!("the server hung up");
        }
        if began.elapsed() > PATIENCE {
            bail!("the server does not answer");
        }
    }
    Ok(())
}

/// What a message of the server says of what was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// A post is stored, somebody else's has arrived, or a conversation is read.
    Good,
    Refused,
    Other,
}

impl Answer {
    fn of(message: &[u8]) -> Self {
        let is = |kind: &str| memmem::find(message, kind.as_bytes()).is_some();
        let is_good = is(r#""type":"message.accepted""#)
            || is(r#""type":"message.created""#)
            || is(r#""type":"read.moved""#);
        if is_good {
            Self::Good
        } else if is(r#""type":"message.refused""#) || is(r#""type":"error.reported""#) {
            Self::Refused
        } else {
            Self::Other
        }
    }
}

fn post(room: u64, number: u32) -> String {
    let run = std::process::id();
    format!(
        r#"{{"type":"message.post","room":{room},"client_id":"{run:08x}-0000-4000-8000-{number:012x}","body":"Message {number}, as long as what people say to each other on an ordinary day, more or less."}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        for (message, answer) in [
            (r#"{"type":"message.accepted","room":7}"#, Answer::Good),
            (r#"{"type":"message.created","room":7}"#, Answer::Good),
            (r#"{"type":"read.moved","room":7}"#, Answer::Good),
            (r#"{"type":"message.refused","room":7}"#, Answer::Refused),
            (r#"{"type":"error.reported"}"#, Answer::Refused),
            (r#"{"type":"presence.changed"}"#, Answer::Other),
        ] {
            assert_eq!(Answer::of(message.as_bytes()), answer, "{message}");
        }
    }

    #[test]
    fn each_post_has_a_client_id_of_its_own() {
        let id = |number| {
            let post: serde_json::Value = serde_json::from_str(&post(7, number)).unwrap();
            post["client_id"].as_str().unwrap().to_owned()
        };
        assert_eq!(id(1).len(), 36);
        assert_ne!(id(1), id(2));
    }
}
