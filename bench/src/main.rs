//! `parlour-bench`: measures a chat server from outside, over WebSocket.
//!
//! One thread with one poll drives all sockets and looks at each frame only as far as it must, so
//! that the generator costs little beside the server. Offered rates are open loops: a message
//! counts from the moment at which it was due, however late it was sent. Each run prints a table
//! for people and one line of JSON for scripts.

mod arguments;
mod campaign;
mod fleet;
mod frames;
mod http;
mod modes;
mod people;
mod probe;
mod report;
mod schedule;
mod socket;
mod stamp;

use clap::Parser as _;

use arguments::Arguments;

fn main() -> anyhow::Result<()> {
    Arguments::parse().run()
}
