//! Memory of idle connections.

use anyhow::Result;
use clap::Args;

use crate::fleet::Fleet;
use crate::report::Report;
use crate::server::{Process, Server};
use crate::socket::Target;

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
    let Options { server, rooms, .. } = options;
    let mut report = Report::new("idle");
    // The first few cause the allocations that all share.
    let first = server.sockets((*rooms).min(100), *rooms);
    let others = server.sockets(options.sockets, *rooms);
    report.add("sockets", options.sockets);
    add_growth(
        &mut report,
        server.process()?,
        (first, others),
        options.seconds,
    )?;
    Ok(report)
}

/// Opens the first sockets, then the others, keeps them open for a while, and reports the cost of
/// the others.
pub(super) fn add_growth(
    report: &mut Report,
    process: Process,
    (first, others): (
        impl IntoIterator<Item = Target>,
        impl IntoIterator<Item = Target>,
    ),
    seconds: f64,
) -> Result<()> {
    let first = Fleet::open(first)?;
    let before = process.memory()?.resident_kib;
    let descriptors = process.descriptors()?;
    let mut fleet = Fleet::open(others)?;
    fleet.idle(seconds)?;
    let after = process.memory()?.resident_kib;
    let opened = process.descriptors()?.saturating_sub(descriptors);

    report.add("still_open", fleet.open_sockets() + first.open_sockets());
    report.add("before_kib", before);
    report.add("after_kib", after);
    let counted = fleet.clients.len() as f64;
    report.add(
        "kib_per_socket",
        after.saturating_sub(before) as f64 / counted,
    );
    report.add("descriptors_per_socket", opened as f64 / counted);
    Ok(())
}
