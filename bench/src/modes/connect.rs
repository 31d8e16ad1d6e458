//! Handshakes, each on a new connection that ends at once.

use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::report::{Report, latencies};
use crate::server::Server;
use crate::socket::Client;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// How long, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Rooms that they are spread over.
    #[arg(long, default_value_t = 100)]
    rooms: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let cpu_before = options.server.cpu()?;
    let mut latencies = latencies()?;
    let started = Instant::now();
    for target in options.server.sockets(usize::MAX, options.rooms) {
        let begun = Instant::now();
        if started.elapsed().as_secs_f64() >= options.seconds {
            break;
        }
        // All from the first source address, because each port is free again when its socket is
        // closed.
        drop(Client::connect(&target, 0)?);
        latencies.saturating_record(begun.elapsed().as_nanos() as u64);
    }
    let took = started.elapsed().as_secs_f64();

    let handshakes = latencies.len();
    let mut report = Report::new("connect");
    report.add("handshakes", handshakes);
    report.add("per_second", handshakes as f64 / took);
    report.add_latencies("", &latencies);
    if let Some(cpu) = options.server.cpu_since(cpu_before)? {
        report.add("cpu_us_per_handshake", cpu * 1e6 / handshakes as f64);
    }
    Ok(report)
}
