//! Members that stop reading: when the server lets them go, and what that costs the others.

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;

use super::rate::add_outcome;
use super::traffic::{self, Load};
use super::tutorial::Tutorial;
use crate::arguments::Server;
use crate::fleet::Fleet;
use crate::report::Report;

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
    let probe = options
        .server
        .probe()
        .context("--pid says whose descriptors to count")?;
    let idle = probe.descriptors()?;
    let all = options.healthy + options.stalled;
    let mut fleet = Fleet::open(&options.server.target()?, all, 1)?;
    let opened = probe.descriptors()?.saturating_sub(idle);
    let of_stalled = opened * options.stalled / all;
    for index in options.healthy..all {
        fleet.stop_reading(index)?;
    }
    let before_kib = probe.memory()?.resident_kib;
    let load = Load {
        rate: options.rate,
        seconds: options.seconds,
        rooms: 1,
    };
    // A peer that reads nothing never learns of its end, so the server's side is counted.
    let mut all_cut_s = None;
    let mut most_kib = before_kib;
    let mut talk = Tutorial::new(&fleet, 1, options.payload, options.healthy);
    let outcome = traffic::run(&mut fleet, load, &mut talk, |fleet| {
        most_kib = most_kib.max(probe.memory()?.resident_kib);
        if all_cut_s.is_none() && probe.descriptors()? + of_stalled <= idle + opened {
            all_cut_s = Some(Duration::from_nanos(fleet.now_ns()).as_secs_f64());
        }
        Ok(())
    })?;

    let mut report = options.server.report("stall");
    report.add("healthy", options.healthy, "");
    report.add("stalled", options.stalled, "");
    add_outcome(&mut report, &outcome);
    let bytes_per_s = options.rate * options.payload as f64;
    report.add_number(
        "offered_kib_per_s",
        bytes_per_s / 1024.0,
        "KiB/s to each member",
    );
    report.add("all_cut_s", all_cut_s, "s after the first message");
    report.add("before_kib", before_kib, "KiB");
    report.add("most_kib", most_kib, "KiB");
    let after_kib = probe.memory()?.resident_kib;
    report.add("after_kib", after_kib, "KiB");
    report.add("kept_kib", after_kib.saturating_sub(before_kib), "KiB");
    Ok(report)
}
