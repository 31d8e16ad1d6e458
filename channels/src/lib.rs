//! Django Channels' consumers, groups and channel layers for Rust, on actix.
//!
//! A handshake passes a driver (`socket/`), middleware and a [`URLRouter`] to a factory, which
//! makes one [`WebsocketConsumer`] for the connection. The consumer talks to its own client
//! through a [`Context`], and to all others through groups on the channel [`Layer`].
//!
//! Log targets are stable: `channels::access`, `channels::auth`, `channels::consumer`,
//! `channels::http`, `channels::layers`, `channels::middleware`, `channels::routing`,
//! `channels::security`, `channels::server`, `channels::sessions`, `channels::socket`,
//! `channels::worker`.
//!
//! Features, off by default: `rustls` lets [`Server`] speak TLS, `web-actors` lets actors of
//! actix-web-actors join groups.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod actor;
mod answer;
pub mod auth;
mod blocking;
mod connection;
mod consumer;
mod denier;
mod error;
mod event;
mod front;
pub mod http;
mod json;
mod launch;
pub mod layers;
pub mod limits;
mod middleware;
mod names;
mod observe;
mod occasional;
mod raw;
mod routing;
mod scope;
mod security;
pub mod server;
pub mod sessions;
mod signals;
pub mod socket;
pub mod testing;
#[cfg(feature = "web-actors")]
pub mod web_actors;
pub mod worker;

pub use answer::{Accept, Deny, ResponseHead};
pub use blocking::{
    AlreadyShared, Blocking, BlockingConsumer, BlockingContext, BlockingPool, block,
};
pub use connection::{Context, TaskHandle, TimerId};
pub use consumer::{Consumer, OnUnknown, WebsocketConsumer};
pub use denier::WebsocketDenier;
pub use error::{BoxError, Closed, Error, HandlerError, HandlerResult, SendError, StopConsumer};
pub use event::{CloseCode, Disconnect, Frame, Side};
pub use http::{
    Http, HttpConsumer, HttpContext, HttpOptions, LongPoll, LongPollConsumer, LongPollContext,
    ResponseEnd, Sse, SseConsumer, SseContext, SseEvent, Streams,
};
pub use json::{
    Codec, DecodeFailure, EncodeFailure, Json, JsonCodec, JsonConsumer, JsonContext, OnDecodeError,
};
pub use layers::{
    ChannelLayer, ChannelReceiver, DynEvent, Group, InMemoryLayer, Layer, LayerError, LayerEvent,
    LayerMessage, Layers, SendReport, UseLayer,
};
pub use middleware::{CookieMiddleware, Middleware, Next};
pub use names::{ChannelName, GroupName, NameError};
pub use observe::describe_metrics;
pub use raw::{AsgiEvent, AsgiSend, Flow, Raw, RawConsumer, RawContext};
pub use routing::{
    ChannelNameRouter, Connecting, Endpoint, IntoEndpoint, PathConverter, ProtocolTypeRouter,
    URLRouter, UrlError,
};
pub use scope::{Cookies, Params, Protocol, Scope, ScopeBuilder};
pub use security::OriginValidator;
pub use server::Server;
pub use sessions::{
    CookieError, SameSite, Session, SessionError, SessionExpiry, SessionMiddleware, SessionStack,
    SetCookie,
};
#[cfg(feature = "internals")]
#[doc(hidden)]
pub use socket::internals;
pub use socket::{Deflate, SocketOptions};
pub use testing::{ApplicationCommunicator, HttpCommunicator, LiveServer, WebsocketCommunicator};
pub use worker::{Work, Worker, WorkerConsumer, WorkerContext};

/// Compiles and keeps up to date what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The same for the ports that are shown whole.
#[cfg(doctest)]
#[doc = include_str!("../../docs/porting.md")]
struct Porting;

/// The application that a driver runs: Channels' word for the outermost [`Endpoint`].
pub type Application = Endpoint;
