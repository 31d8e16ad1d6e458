//! Rates that grow until the server does not deliver everything in time.

use anyhow::Result;
use clap::Args;

use super::rate;
use super::traffic::{self, Load};
use super::tutorial::Tutorial;
use crate::fleet::Fleet;
use crate::report::Report;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    steps: rate::Options,
    /// What the rate grows by from step to step.
    #[arg(long, default_value_t = 1.5)]
    growth: f64,
    /// The step at which to stop whatever happens, in messages per second.
    #[arg(long, default_value_t = 100_000.0)]
    to: f64,
    /// The 99th percentile that still counts as in time, in milliseconds.
    #[arg(long, default_value_t = 1000.0)]
    in_time_ms: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let steps = &options.steps;
    let mut fleet = Fleet::open(&steps.server.target()?, steps.sockets, steps.rooms)?;
    let mut talk = Tutorial::for_all(&fleet, steps.rooms, steps.payload);
    let mut best = None;
    let mut offered = steps.rate;
    while offered <= options.to {
        let load = Load {
            rate: offered,
            seconds: steps.seconds,
            rooms: steps.rooms,
        };
        let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;
        let p99_ms = outcome.latencies.value_at_quantile(0.99) as f64 / 1e6;
        if outcome.delivered < outcome.expected || p99_ms > options.in_time_ms {
            break;
        }
        best = Some((offered, outcome));
        offered *= options.growth;
    }
    let mut report = steps.server.report("saturate");
    report.add("sockets", steps.sockets, "");
    report.add("rooms", steps.rooms, "");
    report.add_number("gave_up_at", offered, "messages/s");
    let Some((sustained, outcome)) = best else {
        report.add_number("sustained", 0.0, "messages/s");
        return Ok(report);
    };
    report.add_number("sustained", sustained, "messages/s");
    rate::add_outcome(&mut report, &outcome);
    if let Some(probe) = steps.server.probe() {
        report.add("peak_kib", probe.memory()?.peak_kib, "KiB");
    }
    Ok(report)
}
