//! `parlour-bench`: measures a chat server from outside, over WebSocket.
//!
//! One thread with one poll drives all sockets and parses each frame only as far as it must, so
//! that the generator costs little beside the server. Offered rates are open loops: latency is
//! measured from the time at which a message was due, even if it was sent late (no coordinated
//! omission). Each run prints a table for people and one line of JSON for scripts.

mod campaign;
mod fleet;
mod frames;
mod http;
mod modes;
mod people;
mod report;
mod schedule;
mod server;
mod socket;

use anyhow::Result;
use clap::Parser;

use modes::{attack, browse, connect, idle, post, rate, room, saturate, signed_in, stall};

/// Measures a chat server over WebSocket.
#[derive(Debug, Parser)]
enum Mode {
    /// Messages at a fixed rate into rooms: latency and cost of each delivery.
    Rate(rate::Options),
    /// Rates that grow until not everything is delivered in time.
    Saturate(saturate::Options),
    /// Memory of idle connections.
    Idle(idle::Options),
    /// Handshakes, one after the other.
    Connect(connect::Options),
    /// Some members stop reading: when the server disconnects them, and what the others lose.
    Stall(stall::Options),
    /// People who are signed in to Parlour and post.
    Post(post::Options),
    /// Page requests over keep-alive connections.
    Browse(browse::Options),
    /// Full conversations of Parlour: how fast they are filled, and two pages of one.
    Room(room::Options),
    /// Memory of people who are signed in to Parlour and post nothing.
    SignedIn(signed_in::Options),
    /// One person of Parlour requests a lot and reads nothing: memory, and latencies of a
    /// bystander.
    Attack(attack::Options),
    /// All servers under all loads, and the page of results; `scripts/bench` calls this.
    Campaign(campaign::Options),
}

fn main() -> Result<()> {
    let report = match Mode::parse() {
        Mode::Rate(options) => rate::run(&options),
        Mode::Saturate(options) => saturate::run(&options),
        Mode::Idle(options) => idle::run(&options),
        Mode::Connect(options) => connect::run(&options),
        Mode::Stall(options) => stall::run(&options),
        Mode::Post(options) => post::run(&options),
        Mode::Browse(options) => browse::run(&options),
        Mode::Room(options) => room::run(&options),
        Mode::SignedIn(options) => signed_in::run(&options),
        Mode::Attack(options) => attack::run(&options),
        Mode::Campaign(options) => return campaign::run(&options),
    };
    report?.print()
}
