//! Django Channels' consumers, groups and channel layers for Rust, on actix.
//!
//! A handshake passes a driver (`socket/`), middleware and a [`URLRouter`] to a factory, which
//! makes one [`WebsocketConsumer`] for the connection. The consumer talks to its own client
//! through a [`Context`], and to all others through groups on the channel [`Layer`].
//!
//! What most applications use is here; the rest is in the module that its name suggests, each once.
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
pub mod blocking;
mod connection;
mod consumer;
mod error;
mod event;
mod front;
pub mod http;
pub mod json;
mod launch;
pub mod layers;
pub mod limits;
mod middleware;
mod names;
mod observe;
mod occasional;
pub mod raw;
pub mod routing;
mod scope;
pub mod security;
pub mod server;
pub mod sessions;
mod signals;
pub mod socket;
pub mod testing;
#[cfg(feature = "web-actors")]
pub mod web_actors;
pub mod worker;

// At most 40 names, which most applications need; `scripts/check` counts them. All others are in
// their module, and no name is in two places.
pub use answer::{Accept, Deny};
pub use connection::Context;
pub use consumer::{OnUnknown, WebsocketConsumer};
pub use error::{BoxError, Closed, Error, HandlerError, HandlerResult, SendError, StopConsumer};
pub use event::{CloseCode, Disconnect, Frame, Side};
pub use layers::bus::error::LayerError;
pub use layers::bus::message::LayerEvent;
pub use layers::group::Group;
pub use layers::layer::Layer;
pub use middleware::{Middleware, Next};
pub use names::{ChannelName, GroupName, NameError};
pub use observe::describe_metrics;
pub use routing::endpoint::{Connecting, IntoEndpoint};
pub use routing::protocols::ProtocolTypeRouter;
pub use routing::router::URLRouter;
pub use scope::{Cookies, Scope, ScopeBuilder};
pub use server::builder::Server;
pub use socket::options::SocketOptions;

/// Compiles and keeps up to date what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The same for the ports that are shown whole.
#[cfg(doctest)]
#[doc = include_str!("../../docs/porting.md")]
struct Porting;

/// The application that a driver runs: Channels' word for the outermost [`Endpoint`].
///
/// [`Endpoint`]: routing::Endpoint
pub type Application = routing::Endpoint;
