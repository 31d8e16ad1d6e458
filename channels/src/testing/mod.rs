//! Drives a consumer without a network: [`WebsocketCommunicator`], [`HttpCommunicator`]; ASGI's
//! events one by one: [`ApplicationCommunicator`]; or a whole server: [`LiveServer`].
//!
//! Source: channels/testing/. The communicators are drivers like those in `socket/` and `http/`:
//! middleware, router, layer and consumer run exactly as they do behind a real socket.

mod answers;
mod application;
mod client;
pub mod conformance;
mod faulty;
mod http;
mod live;
mod websocket;
mod wire;

pub use answers::{AppInput, Connected, Denied, Missed};
pub use application::{AppOutput, ApplicationCommunicator};
pub use faulty::Faults;
pub use http::{HttpCommunicator, HttpResponse};
pub use live::LiveServer;
pub use websocket::WebsocketCommunicator;
