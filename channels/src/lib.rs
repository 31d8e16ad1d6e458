//! Django Channels' consumers, groups and channel layers for Rust, on actix.
//!
//! A handshake passes a driver (`socket/`), middleware and a [`URLRouter`] to a factory, which
//! creates one [`WebsocketConsumer`] for the connection. The consumer sends to its own client
//! through a [`Context`], and to all others through groups on the channel [`Layer`].
//!
//! The root has the names that most applications use; the others are in their modules.
//!
//! Log targets are stable: `channels::access`, `channels::auth`, `channels::consumer`,
//! `channels::http`, `channels::layers`, `channels::middleware`, `channels::routing`,
//! `channels::security`, `channels::server`, `channels::sessions`, `channels::socket`,
//! `channels::worker`.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `websocket`, on by default | [`Server`], [`socket`], [`security`], [`limits`] |
//! | `http` | consumers of requests, server-sent events and long polling: [`http`] |
//! | `sessions` | cookies and sessions: [`sessions`] |
//! | `auth` | users of sessions, tokens and tickets: [`auth`] |
//! | `django` | sessions shared with a Django site: [`sessions::django`] |
//! | `worker` | consumers of named channels: [`worker`] |
//! | `blocking` | consumers that may block: [`blocking`] |
//! | `deflate` | compressed messages: [`socket::Deflate`] |
//! | `metrics` | [`describe_metrics`], and the metrics that it describes |
//! | `rustls` | TLS on the sockets of [`Server`] |
//! | `testing` | communicators and a live server: [`testing`] |
//! | `web-actors` | groups for actors of actix-web-actors: [`web_actors`] |

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(
        feature = "auth",
        feature = "blocking",
        feature = "deflate",
        feature = "django",
        feature = "http",
        feature = "metrics",
        feature = "testing",
        feature = "worker",
    )),
    allow(
        clippy::allow_attributes,
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "the core has parts that one feature uses; with all of them, each is used"
    )
)]

pub mod actor;
mod answer;
#[cfg(feature = "auth")]
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod connection;
mod consumer;
mod error;
mod event;
#[cfg(feature = "websocket")]
mod front;
#[cfg(feature = "http")]
pub mod http;
pub mod json;
#[cfg(feature = "websocket")]
mod launch;
pub mod layers;
#[cfg(feature = "websocket")]
pub mod limits;
mod middleware;
mod names;
mod observe;
mod occasional;
pub mod raw;
pub mod routing;
mod scope;
#[cfg(feature = "websocket")]
pub mod security;
#[cfg(feature = "websocket")]
pub mod server;
#[cfg(feature = "sessions")]
pub mod sessions;
#[cfg(any(feature = "websocket", feature = "worker"))]
mod signals;
#[cfg(feature = "websocket")]
pub mod socket;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "web-actors")]
pub mod web_actors;
#[cfg(feature = "worker")]
pub mod worker;

// At most 40 names that most applications need; `scripts/check` counts them. All others are in
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
#[cfg(feature = "metrics")]
pub use observe::describe_metrics;
pub use routing::endpoint::{Connecting, IntoEndpoint};
pub use routing::protocols::ProtocolTypeRouter;
pub use routing::router::URLRouter;
pub use scope::{Cookies, Scope, ScopeBuilder};
#[cfg(feature = "websocket")]
pub use server::builder::Server;
#[cfg(feature = "websocket")]
pub use socket::options::SocketOptions;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The same for the complete ports in the porting guide.
#[cfg(doctest)]
#[doc = include_str!("../docs/porting.md")]
struct Porting;

/// The application, which a driver runs: Channels' word for the outermost [`Endpoint`].
///
/// [`Endpoint`]: routing::Endpoint
pub type Application = routing::Endpoint;
