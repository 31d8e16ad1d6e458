//! Rooms, messages and who is here. A post goes: consumer or form → `ChatServer` → one write →
//! one rendering → the room's group → every member's sockets.

mod body;
mod consumer;
mod delivery;
mod emoji;
mod events;
pub mod formatting;
mod hearing;
mod markup;
pub mod models;
pub mod protocol;
mod refusal;
mod server;
#[cfg(test)]
mod testing;
pub mod view;
pub(crate) mod views;

pub use consumer::{ChatConsumer, ChatConsumerParts};
pub use delivery::{Delivery, Health, Quantiles, Save, Stages};
pub use events::{ChatEvent, ConsumerEvent, everyone_group};
pub use markup::Markup;
pub use server::{ChatServer, PresenceState, Stop};
pub use views::Chat;
