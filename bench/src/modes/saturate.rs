//! Rates that grow until the server does not deliver everything in time.

use anyhow::Result;
use clap::Args;

use super::rate;
use super::traffic::{self, Load};
use crate::report::Report;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    steps: rate::Options,
    /// The factor by which the rate grows from step to step.
    #[arg(long, default_value_t = 1.5)]
    growth: f64,
    /// The step at which to stop in any case, in messages per second.
    #[arg(long, default_value_t = 100_000.0)]
    to: f64,
    /// The maximum 99th percentile that counts as in time, in milliseconds.
    #[arg(long, default_value_t = 1000.0)]
    in_time_ms: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let steps = &options.steps;
    let (mut fleet, mut talk) = steps.open()?;
    let (mut best, mut rate) = (None, steps.rate);
    while rate <= options.to {
        let (seconds, rooms) = (steps.seconds, steps.rooms);
        let load = Load {
            rate,
            seconds,
            rooms,
        };
        let outcome = traffic::run(&mut fleet, load, &mut talk, |_| Ok(()))?;
        let p99_ms = outcome.latencies.value_at_quantile(0.99) as f64 / 1e6;
        if outcome.delivered < outcome.expected || p99_ms > options.in_time_ms {
            break;
        }
        best = Some((rate, outcome));
        rate *= options.growth;
    }
    let mut report = Report::new("saturate");
    report.add("sockets", steps.sockets);
    report.add("rooms", steps.rooms);
    report.add("gave_up_at", rate);
    report.add("sustained", best.as_ref().map_or(0.0, |(rate, _)| *rate));
    if let Some((_, outcome)) = best {
        outcome.add_to(&mut report);
    }
    if let Some(process) = steps.server.named_process() {
        report.add("peak_kib", process.memory()?.peak_kib);
    }
    Ok(report)
}
