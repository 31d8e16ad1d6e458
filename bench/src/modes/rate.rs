//! A fixed rate: latencies, and what one delivery costs the server.

use anyhow::Result;
use clap::Args;

use super::traffic::{self, Load};
use super::tutorial::Tutorial;
use crate::fleet::Fleet;
use crate::report::Report;
use crate::server::Server;

/// A short warm-up run before the measured one.
const WARM_UP_SECONDS: f64 = 1.0;
/// In messages per second: a rate that any server can handle, so that no backlog is left.
const WARM_UP_RATE: f64 = 50.0;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(super) server: Server,
    /// Sockets in all.
    #[arg(long, default_value_t = 1000)]
    pub(super) sockets: usize,
    /// Rooms that they are spread over.
    #[arg(long, default_value_t = 1)]
    pub(super) rooms: usize,
    /// Messages per second into all rooms together.
    #[arg(long, default_value_t = 50.0)]
    pub(super) rate: f64,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 10.0)]
    pub(super) seconds: f64,
    /// Length of each message's text, in bytes.
    #[arg(long, default_value_t = 100)]
    payload: usize,
}

impl Options {
    /// Opens the sockets, all of which receive.
    pub(super) fn open(&self) -> Result<(Fleet, Tutorial)> {
        let fleet = Fleet::open(self.server.sockets(self.sockets, self.rooms))?;
        Ok((fleet, Tutorial::new(self.rooms, self.sockets, self.payload)))
    }
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let &Options {
        server,
        rooms,
        rate,
        seconds,
        ..
    } = options;
    let (mut fleet, mut talk) = options.open()?;
    let load = Load {
        rate,
        seconds,
        rooms,
    };
    let warm_up = Load {
        rate: rate.min(WARM_UP_RATE),
        seconds: WARM_UP_SECONDS,
        rooms,
    };
    traffic::run(&mut fleet, warm_up, &mut talk, |_| Ok(()))?;
    let cpu_before = server.cpu()?;
    let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;

    let mut report = Report::new("rate");
    report.add("sockets", options.sockets);
    report.add("rooms", rooms);
    report.add("offered", rate);
    outcome.add_to(&mut report);
    report.add("still_open", fleet.open_sockets());
    outcome.add_cost(&mut report, &server, cpu_before)?;
    Ok(report)
}
