//! Memory of connections in which nothing happens.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::arguments::Server;
use crate::fleet::Fleet;
use crate::report::Report;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// Sockets to open.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// Rooms that they are spread over.
    #[arg(long, default_value_t = 100)]
    rooms: usize,
    /// How long to keep them open, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let probe = options
        .server
        .probe()
        .context("--pid says whose memory to read")?;
    // The first few pay for what all share.
    let first = Fleet::open(
        &options.server.target()?,
        options.rooms.min(100),
        options.rooms,
    )?;
    let before = probe.memory()?.resident_kib;
    let started = Instant::now();
    let mut fleet = Fleet::open(&options.server.target()?, options.sockets, options.rooms)?;
    let opening = started.elapsed();
    let cpu_before = probe.cpu()?;
    let until = Instant::now() + Duration::from_secs_f64(options.seconds);
    while Instant::now() < until {
        fleet.turn(Duration::from_millis(100), |_, _| {})?;
    }
    let after = probe.memory()?.resident_kib;
    let cpu = (probe.cpu()? - cpu_before).as_secs_f64();

    let mut report = options.server.report("idle");
    report.add("sockets", options.sockets, "");
    report.add(
        "still_open",
        fleet.open_sockets() + first.open_sockets(),
        "",
    );
    report.add("before_kib", before, "KiB");
    report.add("after_kib", after, "KiB");
    let per_socket = after.saturating_sub(before) as f64 / options.sockets as f64;
    report.add_number("kib_per_socket", per_socket, "KiB");
    report.add_number("opened_in_s", opening.as_secs_f64(), "s");
    report.add_number("cpu_s", cpu, "s");
    Ok(report)
}
