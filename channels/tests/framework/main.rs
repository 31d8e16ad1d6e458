//! The framework through its public face: tiny consumers, with and without a network.

mod connecting;
mod cookies;
mod ending;
mod events;
mod json;
mod layer;
mod layers;
mod middleware;
mod names;
mod origins;
mod routes;
mod scopes;
mod scripted;
mod socket_attacks;
mod socket_handshakes;
mod socket_life;
mod socket_stalled;
mod sockets;
