//! People who are signed in to Parlour and post messages, which are stored on disk.
//!
//! Everybody posts into a conversation with the next person; measures when that person's socket has
//! a message, and separately when its sender gets the acknowledgement that it is stored.

use anyhow::Result;
use clap::Args;
use hdrhistogram::Histogram;
use memchr::memmem;

use super::traffic::{self, Load, Talk};
use crate::fleet::Fleet;
use crate::people::{Person, is, is_refusal, post_frame};
use crate::report::{Report, latencies};
use crate::schedule::{Stamp, hexadecimal};
use crate::server::Server;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// People, and conversations between them.
    #[arg(long, default_value_t = 50)]
    people: usize,
    /// Messages per second, in total.
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// How long to post, in seconds.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Length of each message's text, in bytes.
    #[arg(long, default_value_t = 100)]
    payload: usize,
}

/// The part of Parlour's protocol for posting.
struct Posts {
    rooms: Vec<u64>,
    payload_bytes: usize,
    stored: Histogram<u64>,
    refused: u64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let &Options {
        server,
        rate,
        seconds,
        people,
        ..
    } = options;
    let (everybody, rooms) = meet(options)?;
    let mut fleet = Fleet::open(everybody.iter().map(Person::socket))?;
    let mut talk = Posts {
        rooms,
        payload_bytes: options.payload,
        stored: latencies()?,
        refused: 0,
    };
    let cpu_before = server.cpu()?;
    let load = Load {
        rate,
        seconds,
        rooms: people,
    };
    let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;

    let mut report = Report::new("post");
    report.add("people", people);
    report.add("offered", rate);
    outcome.add_to(&mut report);
    report.add("still_open", fleet.open_sockets());
    report.add("stored", talk.stored.len());
    report.add("refused", talk.refused);
    report.add(
        "stored_per_s",
        talk.stored.len() as f64 / outcome.took.as_secs_f64(),
    );
    report.add_latencies("stored_", &talk.stored);
    outcome.add_cost(&mut report, &server, cpu_before)?;
    Ok(report)
}

/// Signs up people in a ring, each a friend of the next; also returns the ids of their
/// conversations.
fn meet(options: &Options) -> Result<(Vec<Person>, Vec<u64>)> {
    let sign_up = |index| Person::sign_up(options.server.address, &format!("p{index}"));
    let mut people = (0..options.people)
        .map(sign_up)
        .collect::<Result<Vec<_>>>()?;
    let mut rooms = Vec::with_capacity(people.len());
    for index in 0..people.len() {
        let next = (index + 1) % people.len();
        let [person, friend] = people.get_disjoint_mut([index, next])?;
        rooms.push(person.befriend(friend)?);
    }
    Ok((people, rooms))
}

impl Talk for Posts {
    fn say(&self, room: usize, stamp: Stamp) -> (usize, String) {
        let text = stamp.text(self.payload_bytes);
        // The client id carries the due time, because the answer repeats nothing else.
        let middle = (room as u64) << 24 | u64::from(stamp.number);
        let frame = post_frame(self.rooms[room], (middle, stamp.due_ns), &text);
        (room, frame)
    }

    fn listeners(&self, _: usize) -> u64 {
        1
    }

    fn hear(&mut self, socket: usize, event: &[u8], now_ns: u64) -> Option<Stamp> {
        if is(event, "message.created") {
            // The author receives it, too; each is the author of everything in one room.
            let own = format!(r#""room":{},"#, self.rooms[socket]);
            return Stamp::find(event).filter(|_| memmem::find(event, own.as_bytes()).is_none());
        }
        if is(event, "message.accepted") {
            let name = "client_id\":\"";
            let id = &event[memmem::find(event, name.as_bytes())? + name.len()..];
            let due_ns = hexadecimal(id.get(24..36)?)?;
            self.stored.saturating_record(now_ns.saturating_sub(due_ns));
        } else if is_refusal(event) {
            self.refused += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts() -> Posts {
        Posts {
            rooms: vec![70, 71],
            payload_bytes: 60,
            stored: latencies().unwrap(),
            refused: 0,
        }
    }

    const STAMP: Stamp = Stamp {
        number: 5000,
        due_ns: 3_000_000,
    };

    #[test]
    fn a_post_is_stored_when_its_author_is_told_so() {
        let mut posts = posts();
        let (speaker, post) = posts.say(1, STAMP);
        assert!(speaker == 1 && post.contains(r#""room":71"#), "{post}");
        let answer = post.replace("message.post", "message.accepted");
        assert_eq!(posts.hear(1, answer.as_bytes(), 5_000_000), None);
        assert_eq!(posts.stored.len(), 1);
        let took = posts.stored.max() as f64;
        assert!((took / 2_000_000.0 - 1.0).abs() < 0.01, "{took}");
    }

    #[test]
    fn a_post_arrives_at_the_other_one_and_not_at_its_author() {
        let mut posts = posts();
        let own = posts
            .say(1, STAMP)
            .1
            .replace("message.post", "message.created");
        assert_eq!(posts.hear(1, own.as_bytes(), 0), None);
        assert_eq!(posts.hear(0, own.as_bytes(), 0), Some(STAMP));
        assert_eq!(posts.stored.len(), 0);
    }

    #[test]
    fn refusals_are_counted() {
        let mut posts = posts();
        for kind in ["message.refused", "error.reported", "presence.changed"] {
            posts.hear(0, format!(r#"{{"type":"{kind}"}}"#).as_bytes(), 0);
        }
        assert_eq!(posts.refused, 2);
    }
}
