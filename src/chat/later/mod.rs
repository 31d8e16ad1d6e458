//! What the server does later, although no browser is open: it sends scheduled messages, and
//! reminds people of messages. One actor, the [`Scheduler`], sleeps until the next of both is due.

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
pub use models::{
    reminder::{Reminder, ReminderId, ReminderState},
    scheduled::{LaterCounts, Scheduled, ScheduledId, State},
};
pub use protocol::{ServerEvent, Told};
pub use scheduler::{Clock, Scheduler};
pub use service::Later;
