//! The framework through its public face: tiny consumers, with and without a network.

mod connecting;
mod cookies;
mod ending;
mod events;
mod json;
mod layer;
mod layers;
mod metrics;
mod middleware;
#[expect(
    clippy::duplicate_mod,
    reason = "every test of sockets holds for both drivers"
)]
mod mounted;
mod names;
mod origins;
mod own_socket;
mod protocols;
mod raw;
mod routes;
mod scopes;
mod scripted;
mod sockets;
mod stopping;
mod workers;
