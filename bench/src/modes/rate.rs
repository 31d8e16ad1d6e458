//! A fixed rate: latencies, and what one delivery costs the server.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::traffic::{self, Load, Outcome};
use super::tutorial::Tutorial;
use crate::arguments::Server;
use crate::fleet::Fleet;
use crate::probe::Probe;
use crate::report::Report;

/// A short run before the one that counts, so that nothing is measured cold.
const WARM_UP_SECONDS: f64 = 1.0;
/// In messages per second: what any server can do, so that nothing is left of it afterwards.
const WARM_UP_RATE: f64 = 50.0;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) server: Server,
    /// Sockets in all.
    #[arg(long, default_value_t = 1000)]
    pub(crate) sockets: usize,
    /// Rooms that they are spread over.
    #[arg(long, default_value_t = 1)]
    pub(crate) rooms: usize,
    /// Messages per second into all rooms together.
    #[arg(long, default_value_t = 50.0)]
    pub(crate) rate: f64,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// Length of each message's text, in bytes.
    #[arg(long, default_value_t = 100)]
    pub(crate) payload: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let probe = options.server.probe();
    let mut fleet = Fleet::open(&options.server.target()?, options.sockets, options.rooms)?;
    let load = Load {
        rate: options.rate,
        seconds: options.seconds,
        rooms: options.rooms,
    };
    let warm_up = Load {
        rate: options.rate.min(WARM_UP_RATE),
        seconds: WARM_UP_SECONDS,
        ..load
    };
    let mut talk = Tutorial::for_all(&fleet, options.rooms, options.payload);
    traffic::run(&mut fleet, warm_up, &mut talk, |_| Ok(()))?;
    let cpu_before = probe.map(|probe| probe.cpu()).transpose()?;
    let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;

    let mut report = options.server.report("rate");
    report.add("sockets", options.sockets, "");
    report.add("rooms", options.rooms, "");
    report.add_number("offered", options.rate, "messages/s");
    add_outcome(&mut report, &outcome);
    report.add("still_open", fleet.open_sockets(), "");
    if let (Some(probe), Some(before)) = (probe, cpu_before) {
        add_cost(&mut report, probe, before, outcome.delivered)?;
    }
    Ok(report)
}

/// What the server's process took since `before`.
pub(super) fn add_cost(
    report: &mut Report,
    probe: Probe,
    before: Duration,
    delivered: u64,
) -> Result<()> {
    let cpu = (probe.cpu()? - before).as_secs_f64();
    report.add_number("cpu_s", cpu, "s");
    let million = delivered as f64 / 1e6;
    report.add_number(
        "cpu_s_per_million",
        cpu / million,
        "s per million deliveries",
    );
    let memory = probe.memory()?;
    report.add("resident_kib", memory.resident_kib, "KiB");
    report.add("peak_kib", memory.peak_kib, "KiB");
    Ok(())
}

/// What every mode says of its messages.
pub(super) fn add_outcome(report: &mut Report, outcome: &Outcome) {
    report.add("sent", outcome.sent, "");
    report.add("delivered", outcome.delivered, "");
    report.add(
        "lost",
        outcome.expected.saturating_sub(outcome.delivered),
        "",
    );
    let percent = 100.0 * outcome.delivered as f64 / outcome.expected as f64;
    report.add_number("delivered_percent", percent, "% of what was due");
    report.add("out_of_order", outcome.out_of_order, "");
    let per_second = outcome.delivered as f64 / outcome.took.as_secs_f64();
    report.add_number("deliveries_per_s", per_second, "per second");
    report.add_latencies(&outcome.latencies);
}
