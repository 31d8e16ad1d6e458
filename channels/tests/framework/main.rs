//! The framework through its public face: tiny consumers, with and without a network.

mod connecting;
mod ending;
mod events;
mod scripted;
