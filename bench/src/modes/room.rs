//! Conversations of Parlour that hold many messages: how fast they are stored, and how fast two
//! pages are served: the newest one and one in the middle of the history.

use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Args;

use super::browse::Visit;
use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::people::{Pair, post_frame, wait_for};
use crate::report::Report;
use crate::server::Server;

/// Posts of a burst: enough to share commits, but fewer than the limit of a socket.
const BURST: u32 = 200;
/// Events for each post: it is stored, and it arrives at both.
const EVENTS_PER_POST: usize = 3;
const DONE: [&str; 3] = ["message.accepted", "message.created", "read.moved"];
const BODY: &str = "as long as what people say to each other on an ordinary day, more or less.";

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// Conversations, each of two people.
    #[arg(long, default_value_t = 1)]
    conversations: u32,
    /// Messages in all conversations together.
    #[arg(long, default_value_t = 50)]
    messages: u32,
    /// The number of concurrent connections.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How long to request each page, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let &Options {
        server,
        conversations,
        messages,
        ..
    } = options;
    let pairs = (0..conversations).map(|index| Pair::meet(server.address, &format!("r{index}")));
    let pairs = pairs.collect::<Result<Vec<_>>>()?;
    let filled_per_s = fill(&pairs, messages)?;

    let first = pairs.first().context("--conversations is at least 1")?;
    let (room, middle) = (first.room, messages / conversations / 2);
    let mut visit = Visit {
        server,
        path: format!("/rooms/{room}/"),
        headers: first.people[0].headers(),
        connections: options.connections,
        seconds: options.seconds,
    };
    let mut report = Report::new("room");
    report.add("conversations", conversations);
    report.add("messages", messages);
    report.add("filled_per_s", filled_per_s);
    visit.repeat()?.add_to(&mut report, "");
    visit.path = format!("/rooms/{room}/?before={middle}");
    visit.repeat()?.add_to(&mut report, "middle_");
    if let Some(process) = server.named_process() {
        report.add("resident_kib", process.memory()?.resident_kib);
    }
    Ok(report)
}

/// Posts in bursts, into one conversation after the other, by all people in turn; returns the
/// messages stored per second. In the end everybody has read everything.
fn fill(pairs: &[Pair], messages: u32) -> Result<f64> {
    let people = pairs.iter().flat_map(|pair| &pair.people);
    let mut fleet = Fleet::open(people.map(|person| person.socket()))?;
    let began = Instant::now();
    let mut posted = 0;
    while posted < messages {
        let until = messages.min(posted + BURST);
        for number in posted..until {
            let (turn, pair) = (number as usize / pairs.len(), number as usize % pairs.len());
            let body = format!("Message {number}, {BODY}");
            let post = post_frame(pairs[pair].room, (0, number.into()), &body);
            fleet.clients[2 * pair + turn % 2].send(TEXT, post.as_bytes());
        }
        wait_for(
            &mut fleet,
            &DONE,
            (until - posted) as usize * EVENTS_PER_POST,
        )
        .with_context(|| format!("after {posted} posts"))?;
        posted = until;
    }
    let per_second = f64::from(messages) / began.elapsed().as_secs_f64();
    // Without scripts, a page with new messages also stores that they are read, which is not to be
    // measured.
    for client in &mut fleet.clients {
        client.send(TEXT, br#"{"type":"rooms.read"}"#);
    }
    let conversations = pairs.len().min(messages as usize);
    wait_for(&mut fleet, &DONE, 2 * conversations).context("while everything is marked as read")?;
    Ok(per_second)
}
