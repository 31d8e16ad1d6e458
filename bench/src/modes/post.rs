//! People who are signed in to Parlour and post messages that have to last.
//!
//! Everybody posts into a conversation with the next person; a message counts when that person's
//! socket has it, and apart from that when the sender was told that it is stored.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;
use hdrhistogram::Histogram;
use memchr::memmem;

use super::rate::{add_cost, add_outcome};
use super::traffic::{self, Load, Talk, latencies};
use crate::fleet::Fleet;
use crate::people::{Person, room_between};
use crate::probe::Probe;
use crate::report::Report;
use crate::schedule::Due;
use crate::socket::Target;
use crate::stamp::Stamp;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of a Parlour whose limits allow all this: see the README.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The server's process, to read its time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// What to call the server in the report.
    #[arg(long, default_value = "parlour")]
    name: String,
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
    /// Digits that make client ids of this run unlike those of others.
    run: u64,
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
    let run = u64::from(std::process::id());
    let (people, rooms) = meet(options, run)?;
    let target = Target::new(&format!("ws://{}/ws/", options.address), Vec::new())?;
    let targets = people
        .iter()
        .map(|person| target.clone().with_headers(person.socket_headers()));
    let mut fleet = Fleet::open_each(&targets.collect::<Vec<_>>())?;
    let mut talk = Posts {
        rooms,
        payload_bytes: options.payload,
        run,
        stored: latencies()?,
        refused: 0,
        receipts: vec![Receipt::default(); usize::from(options.receipts) * options.people],
    };
    let probe = options.pid.map(Probe::new);
    let before = probe.map(|probe| probe.cpu()).transpose()?;
    let load = Load {
        rate: options.rate,
        seconds: options.seconds,
        rooms: options.people,
    };
    let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;

    let mut report = Report::new("post", &options.name);
    report.add("people", options.people, "");
    report.add_number("offered", options.rate, "messages/s");
    add_outcome(&mut report, &outcome);
    report.add("still_open", fleet.open_sockets(), "");
    report.add("stored", talk.stored.len(), "");
    report.add("refused", talk.refused, "");
    let per_second = talk.stored.len() as f64 / outcome.took.as_secs_f64();
    report.add_number("stored_per_s", per_second, "per second");
    let at = |quantile| talk.stored.value_at_quantile(quantile) as f64 / 1e6;
    report.add_number("stored_p50_ms", at(0.50), "ms");
    report.add_number("stored_p99_ms", at(0.99), "ms");
    if let (Some(probe), Some(before)) = (probe, before) {
        add_cost(&mut report, probe, before, outcome.delivered)?;
    }
    Ok(report)
}

/// Makes people who stand in a ring, each a friend of the next.
fn meet(options: &Options, run: u64) -> Result<(Vec<Person>, Vec<u64>)> {
    let name = |index| format!("b{run}x{index}");
    let mut people = (0..options.people)
        .map(|index| Person::sign_up(options.address, &name(index)))
        .collect::<Result<Vec<_>>>()?;
    let mut rooms = Vec::with_capacity(people.len());
    for index in 0..people.len() {
        let next = (index + 1) % people.len();
        let [person, friend] = people.get_disjoint_mut([index, next])?;
        person.befriend(friend)?;
        rooms.push(room_between(person, friend)?);
    }
    Ok((people, rooms))
}

impl Talk for Posts {
    fn say(&self, due: Due) -> (usize, String) {
        let Due { room, number, .. } = due;
        let text = Stamp::of(due).text(self.payload_bytes);
        let (to, run) = (self.rooms[room], self.run);
        // A UUID whose last digits are due time, for the answer repeats nothing else.
        let due_ns = due.due_ns;
        let client_id = format!(
            "{run:08x}-{:04x}-4{:03x}-8{:03x}-{due_ns:012x}",
            room & 0xffff,
            number >> 12 & 0xfff,
            number & 0xfff,
        );
        let frame = format!(
            r#"{{"type":"message.post","room":{to},"client_id":"{client_id}","body":"{text}"}}"#
        );
        (room, frame)
    }

    fn listeners(&self, _: usize) -> u64 {
        1
    }

    fn hear(&mut self, socket: usize, message: &[u8], now_ns: u64) -> Option<Stamp> {
        let has = |text: &str| memmem::find(message, text.as_bytes());
        if has(r#""type":"message.created""#).is_some() {
            // The author hears it too; each is the author of all in one room.
            let own = format!(r#""room":{},"#, self.rooms[socket]);
            let stamp = Stamp::find(message).filter(|_| has(&own).is_none())?;
            if let Some(receipt) = self.receipts.get_mut(socket) {
                let [room, seq] = ["\"room\":", "\"seq\":"].map(|name| number_after(message, name));
                receipt.room = room.unwrap_or(receipt.room);
                receipt.seq = seq.unwrap_or(receipt.seq);
            }
            return Some(stamp);
        }
        if has(r#""type":"message.accepted""#).is_some() {
            let at = has("client_id\":\"")?;
            let digits = message.get(at + "client_id\":\"".len() + 24..)?.get(..12)?;
            let due_ns = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
            self.stored.saturating_record(now_ns.saturating_sub(due_ns));
        } else if has(r#""type":"message.refused""#).is_some()
            || has(r#""type":"error.reported""#).is_some()
        {
            self.refused += 1;
        }
        None
    }

    fn answers(&mut self, now_ns: u64) -> Vec<(usize, String)> {
        let mut answers = Vec::new();
        for (socket, receipt) in self.receipts.iter_mut().enumerate() {
            let is_due = receipt
                .told_ns
                .is_none_or(|told| now_ns >= told + TELL_EVERY_NS);
            if receipt.seq > receipt.told_seq && is_due {
                let Receipt {
                    room,
                    seq,
                    told_seq,
                    ..
                } = *receipt;
                answers.push((
                    socket,
                    format!(
                        r#"{{"type":"room.received","room":{room},"from":{},"to":{seq},"waited_ms":0}}"#,
                        told_seq + 1,
                    ),
                ));
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
    let digits: Vec<u8> = digits.copied().collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts() -> Posts {
        Posts {
            rooms: vec![70, 71],
            payload_bytes: 60,
            run: 1234,
            stored: latencies().unwrap(),
            refused: 0,
            receipts: vec![Receipt::default(); 2],
        }
    }

    const DUE: Due = Due {
        room: 1,
        number: 5000,
        due_ns: 3_000_000,
    };

    #[test]
    fn a_post_is_stored_when_its_author_is_told_so() {
        let mut posts = posts();
        let (speaker, post) = posts.say(DUE);
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
        let own = posts.say(DUE).1.replace("message.post", "message.created");
        assert_eq!(posts.hear(1, own.as_bytes(), 0), None);
        assert_eq!(posts.hear(0, own.as_bytes(), 0), Some(Stamp::of(DUE)));
        assert_eq!(posts.stored.len(), 0);
    }

    #[test]
    fn what_was_received_is_told_at_once_and_then_four_times_a_second() {
        let mut posts = posts();
        let hear = |posts: &mut Posts, seq| {
            let body = posts.say(DUE).1.replace("message.post", "message.created");
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
