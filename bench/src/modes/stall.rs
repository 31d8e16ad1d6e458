//! Members that stop reading: when the server disconnects them, and the effect on the others.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::traffic::{self, Load};
use super::tutorial::Tutorial;
use crate::fleet::Fleet;
use crate::report::Report;
use crate::server::Server;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// Members that read.
    #[arg(long, default_value_t = 100)]
    healthy: usize,
    /// Members that do not.
    #[arg(long, default_value_t = 10)]
    stalled: usize,
    /// Messages per second into the one room.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 30.0)]
    seconds: f64,
    /// Length of each message's text, in bytes.
    #[arg(long, default_value_t = 32 * 1024)]
    payload: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let &Options {
        server,
        healthy,
        stalled,
        rate,
        seconds,
        payload,
    } = options;
    let process = server.process()?;
    let idle = process.descriptors()?;
    let mut fleet = Fleet::open(server.sockets(healthy + stalled, 1))?;
    let opened = process.descriptors()?.saturating_sub(idle);
    let of_stalled = opened * stalled / (healthy + stalled);
    for index in healthy..healthy + stalled {
        fleet.stop_reading(index)?;
    }
    let before_kib = process.memory()?.resident_kib;
    // A peer that reads nothing does not notice that it was disconnected, so the server's sockets
    // are counted.
    let mut all_cut_s = None;
    let mut most_kib = before_kib;
    let mut talk = Tutorial::new(1, healthy, payload);
    let load = Load {
        rate,
        seconds,
        rooms: 1,
    };
    let outcome = traffic::run(&mut fleet, load, &mut talk, |fleet| {
        most_kib = most_kib.max(process.memory()?.resident_kib);
        if all_cut_s.is_none() && process.descriptors()? + of_stalled <= idle + opened {
            all_cut_s = Some(Duration::from_nanos(fleet.now_ns()).as_secs_f64());
        }
        Ok(())
    })?;

    let mut report = Report::new("stall");
    report.add("healthy", healthy);
    report.add("stalled", stalled);
    outcome.add_to(&mut report);
    report.add("offered_kib_per_s", rate * payload as f64 / 1024.0);
    report.add("all_cut_s", all_cut_s);
    report.add("before_kib", before_kib);
    report.add("most_kib", most_kib);
    let after_kib = process.memory()?.resident_kib;
    report.add("after_kib", after_kib);
    report.add("kept_kib", after_kib.saturating_sub(before_kib));
    Ok(report)
}
