//! Page requests over a few keep-alive connections, each with one request at a time (closed loop).

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use hdrhistogram::Histogram;

use crate::http::Connection;
use crate::report::{Report, latencies};
use crate::server::Server;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// The page to request.
    #[arg(long, default_value = "/accounts/login/")]
    path: String,
    /// The number of concurrent connections.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How long to send requests, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// A page, and the headers of its request.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) server: Server,
    pub(super) path: String,
    /// Complete lines, each with its line break.
    pub(super) headers: String,
    pub(super) connections: usize,
    pub(super) seconds: f64,
}

/// The measurements of all connections together.
pub(super) struct Visited {
    latencies: Histogram<u64>,
    per_second: f64,
    /// Length of a response on the wire.
    bytes: usize,
    cpu: Option<f64>,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let visit = Visit {
        server: options.server,
        path: options.path.clone(),
        headers: String::new(),
        connections: options.connections,
        seconds: options.seconds,
    };
    let mut report = Report::new("browse");
    report.add("path", options.path.as_str());
    visit.repeat()?.add_to(&mut report, "");
    Ok(report)
}

impl Visit {
    /// Sends requests over all connections.
    pub(super) fn repeat(&self) -> Result<Visited> {
        let cpu_before = self.server.cpu()?;
        let started = Instant::now();
        let seen = thread::scope(|scope| {
            let visitors: Vec<_> = (0..self.connections)
                .map(|_| scope.spawn(|| self.ask()))
                .collect();
            let seen = visitors.into_iter().map(|visitor| {
                let joined = visitor.join();
                joined.unwrap_or_else(|_| Err(anyhow!("a connection's thread has ended early")))
            });
            seen.collect::<Result<Vec<_>>>()
        })?;
        let took = started.elapsed().as_secs_f64();
        let cpu = self.server.cpu_since(cpu_before)?;
        let mut latencies = latencies()?;
        for (one, _) in &seen {
            latencies.add(one)?;
        }
        Ok(Visited {
            per_second: latencies.len() as f64 / took,
            latencies,
            bytes: seen.first().map_or(0, |(_, bytes)| *bytes),
            cpu,
        })
    }

    /// The latencies on one connection, and the length of a response.
    fn ask(&self) -> Result<(Histogram<u64>, usize)> {
        let mut connection = Connection::open(self.server.address)?;
        let (mut latencies, mut bytes) = (latencies()?, 0);
        let until = Instant::now() + Duration::from_secs_f64(self.seconds);
        while Instant::now() < until {
            let asked = Instant::now();
            let response = connection.get(&self.path, &self.headers)?;
            let status = response.status;
            ensure!(status == 200, "{} was answered with {status}", self.path);
            latencies.saturating_record(asked.elapsed().as_nanos() as u64);
            bytes = response.wire_bytes;
        }
        Ok((latencies, bytes))
    }
}

impl Visited {
    /// Adds all figures to a report.
    pub(super) fn add_to(&self, report: &mut Report, prefix: &str) {
        let requests = self.latencies.len();
        report.add(&format!("{prefix}requests"), requests);
        report.add(&format!("{prefix}requests_per_s"), self.per_second);
        report.add(&format!("{prefix}answer_bytes"), self.bytes);
        report.add_latencies(prefix, &self.latencies);
        if let Some(cpu) = self.cpu {
            report.add(&format!("{prefix}cpu_s"), cpu);
            report.add(
                &format!("{prefix}cpu_us_per_request"),
                cpu * 1e6 / requests as f64,
            );
        }
    }
}
