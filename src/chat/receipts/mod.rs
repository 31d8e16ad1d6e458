//! Delivery receipts and latency statistics.

mod delivery;
mod health;
mod models;
mod positions;
mod protocol;
pub(crate) mod views;

pub use delivery::{Announced, Delivery, Received, Save, Unsaved, WhoReceived};
pub use health::{Health, Quantiles, Stages};
pub use models::{FEW_PEOPLE, Receivers};
pub use protocol::{ClientEvent, Delivered, Position, ServerEvent};
