//! Connections over real sockets: the actor of one connection and the driver that mounts it in
//! an actix-web App.
//!
//! The only place that imports actix-web-actors, which is deprecated upstream, or touches a
//! descriptor. Consumers never see any of it.

mod actor;
mod guard;
mod handshake;
mod heartbeat;
mod incoming;
mod kill;
mod mounted;
mod options;
mod reassembly;

pub use kill::on_connect;
pub use mounted::mounted;
pub use options::SocketOptions;
