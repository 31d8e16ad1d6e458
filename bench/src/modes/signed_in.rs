//! Memory of people who are signed in to Parlour, each with a socket, and post nothing.

use anyhow::Result;
use clap::Args;

use super::idle::add_growth;
use crate::people::Person;
use crate::report::Report;
use crate::server::Server;
use crate::socket::Target;

/// The first few cause the allocations that all share; they are not counted if there are more.
const FIRST: usize = 50;

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// People, each with an account and a socket.
    #[arg(long, default_value_t = 100)]
    people: usize,
    /// How long to keep the sockets open, in seconds.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let Options { server, people, .. } = options;
    let mut report = Report::new("signed-in");
    report.add("sockets", *people);
    report.add("fresh_kib", server.process()?.memory()?.resident_kib);
    let sign_up = |index| Ok(Person::sign_up(server.address, &format!("s{index}"))?.socket());
    let mut first = (0..*people).map(sign_up).collect::<Result<Vec<Target>>>()?;
    let others = first.split_off(FIRST.min(people / 2));
    add_growth(
        &mut report,
        server.process()?,
        (first, others),
        options.seconds,
    )?;
    Ok(report)
}
