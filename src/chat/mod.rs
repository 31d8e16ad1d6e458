//! Rooms, messages and who is here. A post goes: consumer or form → `ChatServer` → one write →
//! one rendering → the room's group → every member's sockets.

mod body;
mod consumer;
mod events;
pub mod models;
pub mod protocol;
mod refusal;
mod server;
mod view;
mod views;

pub use consumer::{ChatConsumer, ChatConsumerParts};
pub use events::{ChatEvent, everyone_group};
pub use server::ChatServer;
pub use views::routes;
