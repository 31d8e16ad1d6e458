//! Django Channels' consumers, groups and channel layers for Rust, on actix.
//!
//! A handshake passes a driver (`socket/`), middleware and a [`URLRouter`] to a factory, which
//! makes one [`WebsocketConsumer`] for the connection. The consumer talks to its own client
//! through a [`Context`], and to all others through groups on the channel [`Layer`].
//!
//! Log targets are stable: `channels::socket`, `channels::consumer`, `channels::layers`,
//! `channels::routing`, `channels::middleware`, `channels::security`, `channels::server`,
//! `channels::http`.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod answer;
mod blocking;
mod connection;
mod consumer;
mod error;
mod event;
mod front;
pub mod http;
mod json;
mod launch;
pub mod layers;
mod middleware;
mod names;
mod observe;
mod routing;
mod scope;
mod security;
pub mod server;
pub mod socket;
pub mod testing;

pub use answer::{Accept, Deny, ResponseHead};
pub use blocking::{
    AlreadyShared, Blocking, BlockingConsumer, BlockingContext, BlockingPool, block,
};
pub use connection::{Context, TaskHandle, TimerId};
pub use consumer::{Consumer, WebsocketConsumer};
pub use error::{Closed, Error, HandlerError, HandlerResult, StopConsumer};
pub use event::{CloseCode, Disconnect, Frame, Side};
pub use http::{
    Http, HttpConsumer, HttpContext, HttpOptions, LongPoll, LongPollConsumer, LongPollContext,
    ResponseEnd, Sse, SseConsumer, SseContext, SseEvent,
};
pub use json::{
    Codec, DecodeFailure, EncodeFailure, Json, JsonCodec, JsonConsumer, JsonContext, OnDecodeError,
};
pub use layers::{
    ChannelLayer, ChannelReceiver, Group, InMemoryLayer, Layer, LayerError, LayerEvent,
    LayerMessage, Layers, SendReport, UseLayer,
};
pub use middleware::{CookieMiddleware, Middleware, Next};
pub use names::{ChannelName, GroupName, NameError};
pub use routing::{Connecting, Endpoint, IntoEndpoint, URLRouter};
pub use scope::{Cookies, Protocol, Scope, ScopeBuilder};
pub use security::OriginValidator;
pub use server::Server;
pub use socket::SocketOptions;
pub use testing::{HttpCommunicator, LiveServer, WebsocketCommunicator};

/// Compiles and keeps up to date what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The application that a driver runs: Channels' word for the outermost [`Endpoint`].
pub type Application = Endpoint;
