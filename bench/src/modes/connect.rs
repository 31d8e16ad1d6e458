//! Handshakes, each on a new connection that ends at once.

use std::time::Instant;

use anyhow::Result;
use clap::Args;

use super::traffic::latencies;
use crate::arguments::Server;
use crate::report::Report;
use crate::socket::Client;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// How many.
    #[arg(long, default_value_t = 5000)]
    handshakes: usize,
    /// Rooms that they are spread over.
    #[arg(long, default_value_t = 100)]
    rooms: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let target = options.server.target()?;
    let probe = options.server.probe();
    let cpu_before = probe.map(|probe| probe.cpu()).transpose()?;
    let mut latencies = latencies()?;
    let started = Instant::now();
    for index in 0..options.handshakes {
        let begun = Instant::now();
        // All from the first source address: each port is free again when its socket is closed.
        drop(Client::connect(&target, index % options.rooms, 0)?);
        latencies.saturating_record(begun.elapsed().as_nanos() as u64);
    }
    let took = started.elapsed().as_secs_f64();

    let mut report = options.server.report("connect");
    report.add("handshakes", options.handshakes, "");
    report.add_number("per_second", options.handshakes as f64 / took, "per second");
    report.add_latencies(&latencies);
    if let (Some(probe), Some(before)) = (probe, cpu_before) {
        let cpu = (probe.cpu()? - before).as_secs_f64();
        report.add_number("cpu_s", cpu, "s");
    }
    Ok(report)
}
