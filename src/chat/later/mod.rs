//! What the server does later, although no browser is open: it sends scheduled messages. One actor, the
//! [`Scheduler`], sleeps until the next of them is due.

mod commands;
mod models;
mod moment;
mod protocol;
mod scheduler;
mod service;
#[cfg(test)]
mod tests;
pub(crate) mod views;

pub use commands::{PostDue, Wake};
pub use models::scheduled::{LaterCounts, Scheduled, ScheduledId, State};
pub use protocol::ServerEvent;
pub use scheduler::{Clock, Scheduler};
pub use service::Later;
