//! Fills a conversation of Parlour through the front door: posts over sockets, each as soon as an
//! earlier one is stored.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use memchr::memmem;

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::people::Person;
use crate::socket::Target;

/// Posts of each person that are under way: enough that commits are shared, and fewer than a
/// server refuses.
const UNDER_WAY: u32 = 64;
/// The server is given up when it stores nothing for so long.
const PATIENCE: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_millis(20);

/// Posts this many messages in turns; gives the time until all are stored.
pub(super) fn fill(
    address: SocketAddr,
    people: &[&Person],
    room: u64,
    messages: u32,
) -> Result<Duration> {
    let target = Target::new(&format!("ws://{address}/ws/"), Vec::new())?;
    let targets = people
        .iter()
        .map(|person| target.clone().with_headers(person.socket_headers()));
    let mut fleet = Fleet::open_each(&targets.collect::<Vec<_>>())?;
    let mut free = vec![UNDER_WAY; people.len()];
    let (mut posted, mut stored) = (0, 0);
    let began = Instant::now();
    let mut progress = began;
    while stored < messages {
        for (socket, free) in free.iter_mut().enumerate() {
            let some = (*free).min(messages - posted);
            for number in posted..posted + some {
                let text = post(room, number);
                fleet.clients[socket].send(TEXT, text.as_bytes());
            }
            posted += some;
            *free -= some;
        }
        let mut refusal = None;
        fleet.turn(TURN, |socket, message| match Answer::of(message) {
            Answer::Stored => {
                free[socket] += 1;
                stored += 1;
                progress = Instant::now();
            }
            Answer::Refused => refusal = Some(String::from_utf8_lossy(message).into_owned()),
            Answer::Other => {}
        })?;
        if let Some(refusal) = refusal {
            bail!("a message was refused: {refusal}");
        }
        if progress.elapsed() > PATIENCE {
            bail!("only {stored} of {messages} messages are stored");
        }
    }
    Ok(began.elapsed())
}

/// What a message of the server says of a post.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Stored,
    Refused,
    Other,
}

impl Answer {
    fn of(message: &[u8]) -> Self {
        let is = |kind: &str| memmem::find(message, kind.as_bytes()).is_some();
        if is(r#""type":"message.accepted""#) {
            Self::Stored
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
            (r#"{"type":"message.accepted","room":7}"#, Answer::Stored),
            (r#"{"type":"message.refused","room":7}"#, Answer::Refused),
            (r#"{"type":"error.reported"}"#, Answer::Refused),
            (r#"{"type":"message.created","room":7}"#, Answer::Other),
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
