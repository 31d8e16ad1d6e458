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

/// A page, and how to ask for it.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) address: SocketAddr,
    pub(super) path: String,
    /// Whole lines, each with its line break.
    pub(super) headers: String,
    pub(super) connections: usize,
    pub(super) seconds: f64,
}

/// What all connections saw together.
pub(super) struct Visited {
    pub(super) latencies: Histogram<u64>,
    pub(super) per_second: f64,
    /// Length of an answer on the wire.
    pub(super) bytes: usize,
    /// What the server's process took.
    cpu: Option<Duration>,
}

/// What one connection saw.
struct Seen {
    latencies: Histogram<u64>,
    bytes: usize,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let headers = options.headers.iter();
    let visited = visit(
        &Visit {
            address: options.address,
            path: options.path.clone(),
            headers: headers.map(|header| format!("{header}\r\n")).collect(),
            connections: options.connections,
            seconds: options.seconds,
        },
        options.pid.map(Probe::new),
    )?;
    let mut report = Report::new("browse", &options.name);
    report.add("path", options.path.as_str(), "");
    visited.add_to(&mut report);
    Ok(report)
}

/// Asks for a page again and again.
pub(super) fn visit(visit: &Visit, probe: Option<Probe>) -> Result<Visited> {
    if !visit.address.ip().is_loopback() {
        bail!(
            "{} is not on this machine: load goes to loopback addresses only",
            visit.address
        );
    }
    let before = probe.map(Probe::cpu).transpose()?;
    let started = Instant::now();
    let seen = thread::scope(|scope| {
        let visitors: Vec<_> = (0..visit.connections)
            .map(|_| scope.spawn(|| ask(visit)))
            .collect();
        let seen = visitors.into_iter().map(|visitor| {
            let joined = visitor.join();
            joined.unwrap_or_else(|_| Err(anyhow!("a connection's thread has ended early")))
        });
        seen.collect::<Result<Vec<_>>>()
    })?;
    let took = started.elapsed().as_secs_f64();
    let after = probe.map(Probe::cpu).transpose()?;
    let mut all = latencies()?;
    for one in &seen {
        all.add(&one.latencies)?;
    }
    Ok(Visited {
        per_second: all.len() as f64 / took,
        latencies: all,
        bytes: seen.first().map_or(0, |one| one.bytes),
        cpu: after.zip(before).map(|(after, before)| after - before),
    })
}

impl Visited {
    /// Adds all figures to a report.
    pub(super) fn add_to(&self, report: &mut Report) {
        let requests = self.latencies.len();
        report.add("requests", requests, "");
        report.add_number("requests_per_s", self.per_second, "per second");
        report.add("answer_bytes", self.bytes, "bytes on the wire");
        report.add_latencies(&self.latencies);
        if let Some(cpu) = self.cpu.map(|cpu| cpu.as_secs_f64()) {
            report.add_number("cpu_s", cpu, "s");
            report.add_number("cpu_us_per_request", cpu * 1e6 / requests as f64, "µs");
        }
    }
}

fn ask(visit: &Visit) -> Result<Seen> {
    let mut connection = Connection::open(visit.address)?;
    let mut seen = Seen {
        latencies: latencies()?,
        bytes: 0,
    };
    let until = Instant::now() + Duration::from_secs_f64(visit.seconds);
    while Instant::now() < until {
        let asked = Instant::now();
        let answer = connection.get(&visit.path, &visit.headers)?;
        if answer.status != 200 {
            bail!("{} was answered with {}", visit.path, answer.status);
        }
        seen.latencies
            .saturating_record(asked.elapsed().as_nanos() as u64);
        seen.bytes = answer.wire_bytes;
    }
    Ok(seen)
}
