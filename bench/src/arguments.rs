//! The command line: what to measure, and where.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::campaign;
use crate::modes::{attack, browse, connect, idle, post, rate, room, saturate, signed_in, stall};
use crate::probe::Probe;
use crate::report::Report;
use crate::socket::Target;

/// Measures a chat server over WebSocket.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    mode: Mode,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Messages at a fixed rate into rooms: latency and cost of each delivery.
    Rate(#[command(flatten)] rate::Options),
    /// Rates that grow until not everything is delivered in time.
    Saturate(#[command(flatten)] saturate::Options),
    /// Memory of connections in which nothing happens.
    Idle(#[command(flatten)] idle::Options),
    /// Handshakes, one after the other.
    Connect(#[command(flatten)] connect::Options),
    /// Some members stop reading: when they are cut, and what the others lose.
    Stall(#[command(flatten)] stall::Options),
    /// People who are signed in to Parlour and post.
    Post(#[command(flatten)] post::Options),
    /// Page requests over keep-alive connections.
    Browse(#[command(flatten)] browse::Options),
    /// Full conversations of Parlour: how fast they are filled, and two pages of one.
    Room(#[command(flatten)] room::Options),
    /// Memory of people who are signed in to Parlour and say nothing.
    SignedIn(#[command(flatten)] signed_in::Options),
    /// One person of Parlour asks for a lot and reads nothing: memory, and what a bystander notices.
    Attack(#[command(flatten)] attack::Options),
    /// All servers under all loads, and the page of results; `scripts/bench` calls this.
    Campaign(#[command(flatten)] campaign::Options),
}

/// Where to measure; the same in all modes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Server {
    /// Address of the socket, with `{room}` for the room's number, on this machine.
    #[arg(long, default_value = "ws://127.0.0.1:8001/ws/chat/{room}/")]
    url: String,
    /// A header for every handshake, as `Name: value`; may be given again.
    #[arg(long = "header")]
    headers: Vec<String>,
    /// The server's process, to read its time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// What to call the server in the report.
    #[arg(long, default_value = "server")]
    name: String,
}

impl Server {
    pub(crate) fn target(&self) -> Result<Target> {
        Target::new(&self.url, self.headers.clone())
    }

    pub(crate) fn probe(&self) -> Option<Probe> {
        self.pid.map(Probe::new)
    }

    pub(crate) fn report(&self, mode: &'static str) -> Report {
        Report::new(mode, &self.name)
    }
}

impl Arguments {
    /// Measures, and prints what came of it.
    pub(crate) fn run(&self) -> Result<()> {
        let report = match &self.mode {
            Mode::Rate(options) => rate::run(options),
            Mode::Saturate(options) => saturate::run(options),
            Mode::Idle(options) => idle::run(options),
            Mode::Connect(options) => connect::run(options),
            Mode::Stall(options) => stall::run(options),
            Mode::Post(options) => post::run(options),
            Mode::Browse(options) => browse::run(options),
            Mode::Room(options) => room::run(options),
            Mode::SignedIn(options) => signed_in::run(options),
            Mode::Attack(options) => attack::run(options),
            Mode::Campaign(options) => return campaign::run(options),
        };
        report?.print()
    }
}
