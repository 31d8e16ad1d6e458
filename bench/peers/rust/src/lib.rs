//! The parts that all peers share: their arguments and the message of the tutorial.

use std::net::SocketAddr;

use clap::Parser;
use serde::{Deserialize, Serialize};

/// Where to listen, and on how many threads.
#[derive(Clone, Debug, Parser)]
pub struct Arguments {
    /// Address to listen on.
    #[arg(long)]
    pub bind: SocketAddr,
    /// Threads that serve connections.
    #[arg(long, default_value_t = 1)]
    pub workers: usize,
}

/// The message of the socket, in both directions.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ChatMessage {
    pub message: String,
}

impl ChatMessage {
    /// Decodes a message and encodes it again, as a server that inspects messages has to.
    pub fn again(text: &str) -> Option<String> {
        let message: Self = serde_json::from_str(text).ok()?;
        serde_json::to_string(&message).ok()
    }
}
