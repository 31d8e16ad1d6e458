//! The live part of the chat: a consumer for each socket, the one `ChatServer`, and the services
//! that consumers and pages share.

mod commands;
mod consumer;
mod protocol;
mod server;
mod services;
pub(crate) mod streaming;

pub use commands::{ChangeRoom, Delist, Enlist, PurgeRooms, Stop};
pub use consumer::ChatConsumer;
pub use protocol::{
    ClientEvent, ClientFrame, ConnectionEvent, ConnectionRequest, ErrorCode, Hello, ServerEvent,
    SocketLimits,
};
pub use server::{ChatServer, ChatServerParts};
pub use services::Chat;
