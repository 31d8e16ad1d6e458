//! People who are signed in to Parlour and post messages that have to last.
//!
//! Everybody posts into a conversation with the next person; a message counts when that person's
//! socket has it, and apart from that when the sender was told that it is stored.

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
    /// Messages per second of all together.
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// How long to post, in seconds.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Length of each message's text, in bytes.
    #[arg(long, default_value_t = 100)]
    payload: usize,
    /// Say what was received, as browsers do: at once, then at most four times a second.
    #[arg(long)]
    receipts: bool,
}

/// Parlour's protocol, as far as posting goes.
struct Posts {
    rooms: Vec<u64>,
    payload_bytes: usize,
    stored: Histogram<u64>,
    refused: u64,
    /// Of each socket, if it tells what it has received.
    receipts: Vec<Receipt>,
}

/// What one socket has received and not told.
#[derive(Clone, Default)]
struct Receipt {
    room: u64,
    seq: u64,
    told_seq: u64,
    told_ns: Option<u64>,
}

const TELL_EVERY_NS: u64 = 250_000_000;

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
        receipts: vec![Receipt::default(); usize::from(options.receipts) * people],
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

/// Signs up people who stand in a ring, each a friend of the next; returns the numbers of their
/// conversations, too.
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
            let room = number_after(event, "\"room\":")?;
            let stamp = Stamp::find(event).filter(|_| room != self.rooms[socket])?;
            if let Some(receipt) = self.receipts.get_mut(socket) {
                receipt.room = room;
                receipt.seq = number_after(event, "\"seq\":").unwrap_or(receipt.seq);
            }
            return Some(stamp);
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

    fn answers(&mut self, now_ns: u64) -> Vec<(usize, String)> {
        let mut answers = Vec::new();
        for (socket, receipt) in self.receipts.iter_mut().enumerate() {
            let Receipt {
                room,
                seq,
                told_seq,
                told_ns,
            } = *receipt;
            let is_due = told_ns.is_none_or(|told| now_ns >= told + TELL_EVERY_NS);
            if seq > told_seq && is_due {
                let from = told_seq + 1;
                let answer = format!(
                    r#"{{"type":"room.received","room":{room},"from":{from},"to":{seq},"waited_ms":0}}"#
                );
                answers.push((socket, answer));
                receipt.told_seq = seq;
                receipt.told_ns = Some(now_ns);
            }
        }
        answers
    }
}

fn number_after(message: &[u8], name: &str) -> Option<u64> {
    let start = memmem::find(message, name.as_bytes())? + name.len();
    let digits = message[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    std::str::from_utf8(&message[start..start + digits.count()])
        .ok()?
        .parse()
        .ok()
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
            receipts: vec![Receipt::default(); 2],
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
    fn what_was_received_is_told_at_once_and_then_four_times_a_second() {
        let mut posts = posts();
        let hear = |posts: &mut Posts, seq| {
            let body = posts
                .say(1, STAMP)
                .1
                .replace("message.post", "message.created");
            let event = body.replacen("{", &format!(r#"{{"seq":{seq},"#), 1);
            posts.hear(0, event.as_bytes(), 0)
        };
        assert!(hear(&mut posts, 4).is_some());
        let told = posts.answers(0);
        assert!(told[0].1.contains(r#""from":1,"to":4"#), "{told:?}");
        assert!(hear(&mut posts, 5).is_some());
        assert!(posts.answers(TELL_EVERY_NS - 1).is_empty());
        let told = posts.answers(TELL_EVERY_NS);
        assert!(told[0].1.contains(r#""from":5,"to":5"#), "{told:?}");
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
