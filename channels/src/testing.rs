//! Drives a consumer without a network: [`WebsocketCommunicator`].

/// Talks to a consumer as a client would.
#[derive(Debug)]
pub struct WebsocketCommunicator;
