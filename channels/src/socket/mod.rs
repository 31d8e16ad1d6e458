//! Connections over real sockets: the peer of one connection, and its two drivers.
//!
//! `own.rs` takes over a socket from the HTTP server; [`mounted`] streams the response of one route
//! of an actix-web App. Only this module handles descriptors and wire frames.

#[cfg(feature = "deflate")]
mod deflate;
#[cfg(not(feature = "deflate"))]
#[path = "no_deflate.rs"]
mod deflate;
mod frames;
mod handshake;
mod heartbeat;
mod incoming;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod kill;
mod mounted;
mod offers;
pub(crate) mod options;
mod outlet;
mod own;
mod peer;
mod reassembly;
mod registry;
mod wire;
mod writing;

#[cfg(feature = "deflate")]
pub use deflate::Deflate;
pub(crate) use handshake::scope_builder;
pub use kill::on_connect;
pub(crate) use kill::{KillHandle, keep_switch, prepare};
pub use mounted::mounted;
pub(crate) use options::SocketOptions;
pub(crate) use own::{HandedOver, OwnSockets};
pub(crate) use registry::{Entry, Farewell, Registry};
pub(crate) use wire::Io;
