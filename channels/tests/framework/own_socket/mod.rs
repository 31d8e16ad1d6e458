//! The tests of real sockets, with the driver that takes over the socket from the HTTP server.

use crate::sockets::Driver;

pub(crate) const DRIVER: Driver = Driver::OwnSocket;

#[path = "../socket_addresses.rs"]
mod addresses;
#[path = "../socket_attacks.rs"]
mod attacks;
#[path = "../socket_deflate.rs"]
mod deflate;
#[path = "../socket_failures.rs"]
mod failures;
#[path = "../socket_forwarding.rs"]
mod forwarding;
#[path = "../socket_frames.rs"]
mod frames;
#[path = "../socket_handshakes.rs"]
mod handshakes;
#[path = "../socket_life.rs"]
mod life;
#[path = "../socket_stalled.rs"]
mod stalled;
