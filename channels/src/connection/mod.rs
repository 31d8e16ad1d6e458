//! The lifecycle of one connection, independent of its transport.
//!
//! A driver (`socket/`, `testing.rs`) feeds frames to a [`Runner`] and takes frames out of the
//! [`Link`]; between the two sits a consumer with its [`Context`]. Drivers see no generic types.

mod actor;
mod address;
mod attached;
mod context;
mod handlers;
mod inbox;
mod link;
mod runner;
mod session;
mod tasks;
mod timers;
mod turn;

pub(crate) use actor::Mail;
pub use actor::{Close, Send};
pub use address::ConsumerAddress;
pub(crate) use attached::Attached;
pub use context::Context;
#[expect(
    unreachable_pub,
    reason = "the supertrait of a public trait, which it seals"
)]
pub use handlers::Handlers;
pub(crate) use link::{Answer, Limits, Link, Outgoing};
pub(crate) use runner::Runner;
pub(crate) use session::Session;
pub use tasks::TaskHandle;
pub(crate) use timers::Due;
pub use timers::TimerId;
pub(crate) use turn::{Connection, Outcome, Turn, guarded};
