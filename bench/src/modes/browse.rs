//! Page requests over a few keep-alive connections, each asking again as soon as it has its answer.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args;
use hdrhistogram::Histogram;

use super::traffic::latencies;
use crate::http::Connection;
use crate::probe::Probe;
use crate::report::Report;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Where the server listens.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The page to ask for.
    #[arg(long, default_value = "/accounts/login/")]
    path: String,
    /// A header for every request, as `Name: value`; may be given again.
    #[arg(long = "header")]
    headers: Vec<String>,
    /// The server's process, to read its time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// What to call the server in the report.
    #[arg(long, default_value = "server")]
    name: String,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How long to ask, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// What one connection saw.
struct Seen {
    latencies: Histogram<u64>,
    bytes: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    if !options.address.ip().is_loopback() {
        bail!(
            "{} is not on this machine: load goes to loopback addresses only",
            options.address
        );
    }
    let probe = options.pid.map(Probe::new);
    let before = probe.map(|probe| probe.cpu()).transpose()?;
    let started = Instant::now();
    let seen = thread::scope(|scope| {
        let visitors: Vec<_> = (0..options.connections)
            .map(|_| scope.spawn(|| ask(options)))
            .collect();
        let seen = visitors.into_iter().map(|visitor| {
            let joined = visitor.join();
            joined.unwrap_or_else(|_| Err(anyhow!("a connection's thread has ended early")))
        });
        seen.collect::<Result<Vec<_>>>()
    })?;
    let took = started.elapsed().as_secs_f64();

    let mut all = latencies()?;
    for one in &seen {
        all.add(&one.latencies)?;
    }
    let mut report = Report::new("browse", &options.name);
    report.add("path", options.path.as_str(), "");
    report.add("requests", all.len(), "");
    report.add_number("requests_per_s", all.len() as f64 / took, "per second");
    let bytes = seen.first().map_or(0, |one| one.bytes);
    report.add("answer_bytes", bytes, "bytes on the wire");
    report.add_latencies(&all);
    if let (Some(probe), Some(before)) = (probe, before) {
        let cpu = (probe.cpu()? - before).as_secs_f64();
        report.add_number("cpu_s", cpu, "s");
        report.add_number("cpu_us_per_request", cpu * 1e6 / all.len() as f64, "µs");
    }
    Ok(report)
}

fn ask(options: &Options) -> Result<Seen> {
    let headers = options.headers.iter();
    let headers: String = headers.map(|header| format!("{header}\r\n")).collect();
    let mut connection = Connection::open(options.address)?;
    let mut seen = Seen {
        latencies: latencies()?,
        bytes: 0,
    };
    let until = Instant::now() + Duration::from_secs_f64(options.seconds);
    while Instant::now() < until {
        let asked = Instant::now();
        let answer = connection.get(&options.path, &headers)?;
        if answer.status != 200 {
            bail!("{} was answered with {}", options.path, answer.status);
        }
        seen.latencies
            .saturating_record(asked.elapsed().as_nanos() as u64);
        seen.bytes = answer.wire_bytes;
    }
    Ok(seen)
}
