//! Conversations of Parlour that hold many messages: how fast they are stored, and how fast two
//! pages of one are there, the newest and the one in the middle of its history.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use clap::Args;

use super::browse::{Visit, visit};
use super::fill::{Pair, fill};
use crate::probe::Probe;
use crate::report::Report;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of a Parlour whose limits allow all this: see the README.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The server's process, to read its time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// What to call the server in the report.
    #[arg(long, default_value = "parlour")]
    name: String,
    /// Conversations, each of two people.
    #[arg(long, default_value_t = 1)]
    conversations: u32,
    /// Messages in all conversations together.
    #[arg(long, default_value_t = 50)]
    messages: u32,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How long to ask for each page, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let run = std::process::id();
    let pairs = (0..options.conversations)
        .map(|index| Pair::meet(options.address, &format!("r{run}x{index}")))
        .collect::<Result<Vec<_>>>()?;
    let took = fill(options.address, &pairs, options.messages)?;

    let first = pairs.first().context("--conversations is at least 1")?;
    let (room, middle) = (first.room, options.messages / options.conversations / 2);
    let probe = options.pid.map(Probe::new);
    let newest = Visit {
        address: options.address,
        path: format!("/rooms/{room}/"),
        headers: first.people[0].headers(),
        connections: options.connections,
        seconds: options.seconds,
    };
    let middle = Visit {
        path: format!("/rooms/{room}/?before={middle}"),
        ..newest.clone()
    };
    let (newest, middle) = (visit(&newest, probe)?, visit(&middle, probe)?);
    let mut report = Report::new("room", &options.name);
    report.add("conversations", options.conversations, "");
    report.add("messages", options.messages, "");
    let per_second = f64::from(options.messages) / took.as_secs_f64();
    report.add_number("filled_per_s", per_second, "stored per second");
    newest.add_to(&mut report);
    report.add_number("middle_requests_per_s", middle.per_second, "per second");
    report.add("middle_answer_bytes", middle.bytes, "bytes on the wire");
    let at = |quantile| middle.latencies.value_at_quantile(quantile) as f64 / 1e6;
    report.add_number("middle_p50_ms", at(0.50), "ms");
    report.add_number("middle_p99_ms", at(0.99), "ms");
    if let Some(probe) = probe {
        report.add("resident_kib", probe.memory()?.resident_kib, "KiB");
    }
    Ok(report)
}
