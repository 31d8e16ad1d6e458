//! Memory of people who are signed in to Parlour, each with a socket, and say nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;

use crate::fleet::Fleet;
use crate::people::Person;
use crate::probe::Probe;
use crate::report::Report;
use crate::socket::Target;

/// The first few pay for what all share; they are not counted if there are more.
const FIRST: usize = 50;
const TURN: Duration = Duration::from_millis(100);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of a Parlour whose limits allow all this: see the README.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The server's process, whose memory is read.
    #[arg(long)]
    pid: u32,
    /// What to call the server in the report.
    #[arg(long, default_value = "parlour")]
    name: String,
    /// People, each with an account and a socket.
    #[arg(long, default_value_t = 100)]
    people: usize,
    /// How long to keep the sockets open, in seconds.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let probe = Probe::new(options.pid);
    let fresh = probe.memory()?.resident_kib;
    let target = Target::new(&format!("ws://{}/ws/", options.address), Vec::new())?;
    let pid = std::process::id();
    let sign_up = |index| {
        let person = Person::sign_up(options.address, &format!("s{pid}x{index}"))?;
        Ok(target.clone().with_headers(person.socket_headers()))
    };
    let targets = (0..options.people)
        .map(sign_up)
        .collect::<Result<Vec<_>>>()?;
    let (first, others) = targets.split_at(FIRST.min(options.people / 2));
    let first = Fleet::open_each(first)?;
    let before = probe.memory()?.resident_kib;
    let descriptors = probe.descriptors()?;
    let mut fleet = Fleet::open_each(others)?;
    let until = Instant::now() + Duration::from_secs_f64(options.seconds);
    while Instant::now() < until {
        fleet.turn(TURN, |_, _| {})?;
    }
    let after = probe.memory()?.resident_kib;
    let opened = probe.descriptors()?.saturating_sub(descriptors);

    let mut report = Report::new("signed-in", &options.name);
    report.add("sockets", options.people, "");
    let open = fleet.open_sockets() + first.open_sockets();
    report.add("still_open", open, "");
    report.add("fresh_kib", fresh, "KiB");
    report.add("before_kib", before, "KiB");
    report.add("after_kib", after, "KiB");
    let counted = others.len() as f64;
    let each = after.saturating_sub(before) as f64 / counted;
    report.add_number("kib_per_socket", each, "KiB");
    let each = opened as f64 / counted;
    report.add_number("descriptors_per_socket", each, "");
    Ok(report)
}
